//! `PUT` and `PATCH /auth/profile/`: what one tells of oneself now.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Fields, FromFields, Problems, Unauthorized};
use shared::ids::UserId;
use shared::users::store::profile::{self, Profile, UpdateProfile};
use utoipa::ToSchema;

use super::{MAX_NAME, phone};

/// What one's profile is to be.
#[derive(Debug, ToSchema)]
pub(crate) struct ReplaceProfile {
    /// What one is called, or blank.
    #[schema(max_length = 150, example = "Ana Berg")]
    pub name: String,
    /// One's telephone number, or blank: digits, blanks and `+-().`
    #[schema(max_length = 30, example = "+49 40 123456")]
    pub phone: String,
}

/// What of one's profile changes.
pub(crate) struct Changed(UpdateProfile);

impl FromFields for ReplaceProfile {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.text_or_blank("name", MAX_NAME);
        let phone = phone(fields, "phone");
        Some(Self { name: name?, phone: phone? })
    }
}

impl FromFields for Changed {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.sent("name", |fields, name| fields.text_or_blank(name, MAX_NAME));
        let phone = fields.sent("phone", phone);
        Some(Self(UpdateProfile { name: name?, phone: phone? }))
    }
}

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
    Body(ReplaceProfile { name, phone }): Body<ReplaceProfile>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, UpdateProfile { name: Some(name), phone: Some(phone) }).await
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
    Body(Changed(wanted)): Body<Changed>,
) -> Result<Json<Profile>, ApiError> {
    change(&app, account.id, wanted).await
}

async fn change(app: &App, user: UserId, wanted: UpdateProfile) -> Result<Json<Profile>, ApiError> {
    let mut tx = app.db.begin().await?;
    let profile = profile::update(&mut tx, user, wanted).await?.ok_or(Unauthorized::UserNotFound)?;
    tx.commit().await?;
    Ok(Json(profile))
}
