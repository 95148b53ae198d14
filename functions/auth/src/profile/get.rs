//! Returns the caller's profile: `GET /auth/profile/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, Problems, Unauthorized};
use shared::users::store::profile::{self, Profile};

/// Get your profile
///
/// The profile has your name and phone number. Addresses are in `GET /auth/addresses/`.
#[utoipa::path(
    get,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "get_profile",
    security(("bearer" = [])),
    responses((status = 200, body = Profile, description = "Your profile."), Problems)
)]
pub(crate) async fn get_profile(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
) -> Result<Json<Profile>, ApiError> {
    let mut tx = app.db.read().await?;
    let profile = profile::find(&mut tx, account.id).await?;
    tx.commit().await?;
    profile.map(Json).ok_or_else(|| Unauthorized::UserNotFound.into())
}
