//! `GET /auth/profile/`: one's own profile.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, Problems, Unauthorized};
use shared::users::store::profile::{self, Profile};

/// Read one's profile
#[utoipa::path(
    get,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "get_profile",
    security(("bearer" = [])),
    responses((status = 200, body = Profile, description = "One's profile."), Problems)
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
