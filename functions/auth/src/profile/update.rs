//! `PUT` and `PATCH /auth/profile/`: what one tells of oneself now.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Problems, Unauthorized};
use shared::ids::UserId;
use shared::users::store::profile::{self, Profile, ReplaceProfile, UpdateProfile};

/// Replace one's profile
#[utoipa::path(
    put,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "replace_profile",
    security(("bearer" = [])),
    request_body = ReplaceProfile,
    responses((status = 200, body = Profile, description = "The profile as it is now."), Problems)
)]
pub(crate) async fn replace_profile(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    Body(replacement): Body<ReplaceProfile>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, replacement.into()).await
}

/// Change one's profile
#[utoipa::path(
    patch,
    path = "/auth/profile/",
    tag = "auth",
    operation_id = "update_profile",
    security(("bearer" = [])),
    request_body = UpdateProfile,
    responses((status = 200, body = Profile, description = "The profile as it is now."), Problems)
)]
pub(crate) async fn update_profile(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    Body(wanted): Body<UpdateProfile>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, wanted).await
}

async fn change(app: &App, user: UserId, wanted: UpdateProfile) -> Result<Json<Profile>, ApiError> {
    let mut tx = app.db.begin().await?;
    let profile = profile::update(&mut tx, user, wanted).await?.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    Ok(Json(profile))
}
