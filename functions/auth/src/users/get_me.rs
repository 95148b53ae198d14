//! `GET /auth/users/me/`: one's own account.

use axum::Json;
use shared::http::{CurrentUser, Problems};

use super::User;

/// Read one's account
#[utoipa::path(
    get,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "get_me",
    security(("bearer" = [])),
    responses((status = 200, body = User, description = "One's account."), Problems)
)]
pub(crate) async fn get_me(CurrentUser(account): CurrentUser) -> Json<User> {
    Json(account.into())
}
