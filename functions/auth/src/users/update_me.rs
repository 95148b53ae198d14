//! Changes the caller's username: `PUT` and `PATCH /auth/users/me/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Problems, Request};
use shared::users::{ClientInfo, MAX_USERNAME, read_username};

use super::User;
use super::rename::{Rename, rename};

/// The changeable fields of an account. `email` is ignored: change it with `POST /auth/users/set_email/`.
#[derive(Debug, Request)]
#[request(update = UpdateUser, ignore_unknown)]
pub(crate) struct ReplaceUser {
    /// Username. It must not belong to another account; case is ignored. It has no invisible characters and does not mix Latin, Greek and Cyrillic
    /// letters.
    #[field(max = MAX_USERNAME, with = read_username)]
    #[schema(example = "ana")]
    pub username: String,
}

/// Replace your username
///
/// Only the username can change here. To change your email address, use `POST /auth/users/set_email/`.
#[utoipa::path(
    put,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "replace_me",
    security(("bearer" = [])),
    request_body = ReplaceUser,
    responses((status = 200, body = User, description = "The account after the change."), Problems)
)]
pub(crate) async fn replace_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(replacement): Body<ReplaceUser>,
) -> Result<Json<User>, ApiError> {
    let tx = app.db.begin().await?;
    rename(
        &app,
        tx,
        Rename { caller: account.id, account: account.into(), username: replacement.username },
        &client_info,
    )
    .await
}

/// Update your username
///
/// Only the username can change here. To change your email address, use `POST /auth/users/set_email/`.
#[utoipa::path(
    patch,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "update_me",
    security(("bearer" = [])),
    request_body = UpdateUser,
    responses((status = 200, body = User, description = "The account after the change."), Problems)
)]
pub(crate) async fn update_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(change): Body<UpdateUser>,
) -> Result<Json<User>, ApiError> {
    let Some(username) = change.username else { return Ok(Json(account.into())) };
    let tx = app.db.begin().await?;
    rename(&app, tx, Rename { caller: account.id, account: account.into(), username }, &client_info).await
}
