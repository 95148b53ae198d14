//! `PUT` and `PATCH /auth/users/{id}/`: another name for an account.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Fields, PathId, Problem, Problems};
use shared::ids::UserId;
use shared::users::ClientInfo;

use super::User;
use super::authorize::{Access, account};
use super::rename::{Rename, rename};
use super::update_me::{ReplaceUser, UpdateUser};

/// Replace an account
///
/// One's own; with the permission `customers` anybody's, except those of the staff: these are for superusers.
#[utoipa::path(
    put,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "replace_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Which account.")),
    request_body = ReplaceUser,
    responses(
        (status = 200, body = User, description = "The account as it is now."),
        (status = 403, body = Problem, description = "It is one of the staff's."),
        (status = 404, body = Problem, description = "There is none, or it is not for the caller to change."),
        Problems,
    )
)]
pub(crate) async fn replace_user(
    State(app): State<App>,
    CurrentUser(caller): CurrentUser,
    PathId(id): PathId<UserId>,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<Json<User>, ApiError> {
    let mut tx = app.db.begin().await?;
    let found = account(&mut tx, &caller, id, Access::Change).await?;
    let ReplaceUser { username } = fields.into()?;
    rename(&app, tx, Rename { caller: caller.id, account: found.into(), username }, &client_info).await
}

/// Change an account
///
/// One's own; with the permission `customers` anybody's, except those of the staff: these are for superusers.
#[utoipa::path(
    patch,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "update_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Which account.")),
    request_body = UpdateUser,
    responses(
        (status = 200, body = User, description = "The account as it is now."),
        (status = 403, body = Problem, description = "It is one of the staff's."),
        (status = 404, body = Problem, description = "There is none, or it is not for the caller to change."),
        Problems,
    )
)]
pub(crate) async fn update_user(
    State(app): State<App>,
    CurrentUser(caller): CurrentUser,
    PathId(id): PathId<UserId>,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<Json<User>, ApiError> {
    let mut tx = app.db.begin().await?;
    let found = User::from(account(&mut tx, &caller, id, Access::Change).await?);
    let UpdateUser { username } = fields.into()?;
    let username = username.unwrap_or_else(|| found.username.clone());
    rename(&app, tx, Rename { caller: caller.id, account: found, username }, &client_info).await
}
