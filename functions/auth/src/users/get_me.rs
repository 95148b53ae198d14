//! Returns the caller's account: `GET /auth/users/me/`.

use axum::Json;
use shared::http::{CurrentUser, Problems};

use super::User;

/// Get your account
///
/// Use it to check who is signed in. Your name and phone number are in `GET /auth/profile/`.
#[utoipa::path(
    get,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "get_me",
    security(("bearer" = [])),
    responses((status = 200, body = User, description = "Your account."), Problems)
)]
pub(crate) async fn get_me(CurrentUser(account): CurrentUser) -> Json<User> {
    Json(account.into())
}
