//! `GET /auth/`: where everything is.

use axum::Json;
use serde::Serialize;
use shared::http::{BaseUrl, PublicProblems};
use utoipa::ToSchema;

/// Where accounts are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuthRoot {
    /// The accounts.
    #[schema(format = "uri")]
    pub users: String,
}

/// See where accounts are
#[utoipa::path(
    get,
    path = "/auth/",
    tag = "auth",
    operation_id = "get_auth",
    responses((status = 200, body = AuthRoot, description = "Where everything is."), PublicProblems)
)]
pub(crate) async fn get_auth(base: BaseUrl) -> Json<AuthRoot> {
    Json(AuthRoot { users: format!("{}/auth/users/", base.0) })
}
