//! Returns the links of the accounts API: `GET /auth/`.

use axum::Json;
use serde::Serialize;
use shared::http::{BaseUrl, PublicProblems};
use utoipa::ToSchema;

/// Links of the accounts API.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthRoot {
    /// URL of the accounts.
    #[schema(format = "uri")]
    pub users: String,
}

/// Get the links of the accounts API
///
/// Clients of Djoser start here to find the other URLs.
#[utoipa::path(
    get,
    path = "/auth/",
    tag = "auth",
    operation_id = "get_auth",
    responses((status = 200, body = AuthRoot, description = "The links."), PublicProblems)
)]
pub(crate) async fn get_auth(base: BaseUrl) -> Json<AuthRoot> {
    Json(AuthRoot { users: format!("{}/auth/users/", base.0) })
}
