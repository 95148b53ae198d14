//! Changes the username of an account: `PUT` and `PATCH /auth/users/{id}/`.

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

/// Replace the username of an account
///
/// You can change your own account. With the permission `customers` you can change all accounts except those of staff, which only superusers can
/// change.
#[utoipa::path(
    put,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "replace_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Id of the account.")),
    request_body = ReplaceUser,
    responses(
        (status = 200, body = User, description = "The account after the change."),
        (status = 403, body = Problem, description = "The account is one of staff, and you are not a superuser."),
        (status = 404, body = Problem, description = "There is no such account, or you may not change it."),
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

/// Update the username of an account
///
/// You can change your own account. With the permission `customers` you can change all accounts except those of staff, which only superusers can
/// change.
#[utoipa::path(
    patch,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "update_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Id of the account.")),
    request_body = UpdateUser,
    responses(
        (status = 200, body = User, description = "The account after the change."),
        (status = 403, body = Problem, description = "The account is one of staff, and you are not a superuser."),
        (status = 404, body = Problem, description = "There is no such account, or you may not change it."),
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
