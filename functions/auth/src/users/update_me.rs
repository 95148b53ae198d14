//! `PUT` and `PATCH /auth/users/me/`: another name.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Fields, FromFields, Problems};
use shared::users::{ClientInfo, MAX_USERNAME};
use utoipa::ToSchema;

use super::User;
use super::rename::rename;

/// What an account is to be. The address is changed in another way; here it is ignored.
#[derive(Debug, ToSchema)]
pub(crate) struct ReplaceUser {
    /// What they are called.
    #[schema(min_length = 1, max_length = 150, example = "ana")]
    pub username: String,
}

/// What of an account is to change. The address is changed in another way; here it is ignored.
#[derive(Debug, ToSchema)]
pub(crate) struct UpdateUser {
    /// What they are called.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 150, example = "ana")]
    pub username: Option<String>,
}

impl FromFields for ReplaceUser {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.text("username", MAX_USERNAME).map(|username| Self { username })
    }
}

impl FromFields for UpdateUser {
    fn read(fields: &mut Fields) -> Option<Self> {
        if !fields.has("username") {
            return Some(Self { username: None });
        }
        fields.text("username", MAX_USERNAME).map(|username| Self { username: Some(username) })
    }
}

/// Replace one's account
#[utoipa::path(
    put,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "replace_me",
    security(("bearer" = [])),
    request_body = ReplaceUser,
    responses((status = 200, body = User, description = "The account as it is now."), Problems)
)]
pub(crate) async fn replace_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(replacement): Body<ReplaceUser>,
) -> Result<Json<User>, ApiError> {
    let tx = app.db.begin().await?;
    rename(&app, tx, account.id, account.into(), (replacement.username, &client_info)).await
}

/// Change one's account
#[utoipa::path(
    patch,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "update_me",
    security(("bearer" = [])),
    request_body = UpdateUser,
    responses((status = 200, body = User, description = "The account as it is now."), Problems)
)]
pub(crate) async fn update_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(change): Body<UpdateUser>,
) -> Result<Json<User>, ApiError> {
    let Some(username) = change.username else { return Ok(Json(account.into())) };
    let tx = app.db.begin().await?;
    rename(&app, tx, account.id, account.into(), (username, &client_info)).await
}
