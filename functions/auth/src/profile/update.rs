//! Changes the caller's profile: `PUT` and `PATCH /auth/profile/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Problems, Unauthorized};
use shared::ids::UserId;
use shared::users::store::profile::{self, Profile, ReplaceProfile, UpdateProfile};

/// Replace your profile
///
/// Both fields are required. A blank text removes a value.
#[utoipa::path(
    put,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "replace_profile",
    security(("bearer" = [])),
    request_body = ReplaceProfile,
    responses((status = 200, body = Profile, description = "The profile after the change."), Problems)
)]
pub(crate) async fn replace_profile(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    Body(replacement): Body<ReplaceProfile>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, replacement.into()).await
}

/// Update your profile
///
/// Fields that you leave out stay as they are.
#[utoipa::path(
    patch,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "update_profile",
    security(("bearer" = [])),
    request_body = UpdateProfile,
    responses((status = 200, body = Profile, description = "The profile after the change."), Problems)
)]
pub(crate) async fn update_profile(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    Body(update): Body<UpdateProfile>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, update).await
}

async fn change(app: &App, user: UserId, update: UpdateProfile) -> Result<Json<Profile>, ApiError> {
    let mut tx = app.db.begin().await?;
    let profile = profile::update(&mut tx, user, update).await?.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    Ok(Json(profile))
}
