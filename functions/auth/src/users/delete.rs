//! Deletes an account: `DELETE /auth/users/{id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Body, CurrentUser, Fields, PathId, Problem, Problems};
use shared::ids::UserId;
use shared::users::ClientInfo;

use super::authorize::{Access, account};
use super::delete_me::{DeleteUser, erase};
use crate::password_check::check_password;

/// Delete an account
///
/// You can delete your own account. With the permission `customers` you can delete all accounts except those of staff, which only superusers
/// can delete.
/// Personal data is erased. Orders stay, without a person. The last superuser who can log in cannot be deleted: 400 `last_superuser`.
#[utoipa::path(
    delete,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "delete_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Id of the account.")),
    request_body = DeleteUser,
    responses(
        (status = 204, description = "The account is deleted."),
        (status = 403, body = Problem, description = "You may not delete this account."),
        (status = 404, body = Problem, description = "There is no such account."),
        Problems,
    )
)]
pub(crate) async fn delete_user(
    State(app): State<App>,
    CurrentUser(caller): CurrentUser,
    PathId(id): PathId<UserId>,
    client_info: ClientInfo,
    Body(fields): Body<Fields>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.read().await?;
    account(&mut tx, &caller, id, Access::Delete).await?;
    tx.commit().await?;
    let DeleteUser { current_password } = fields.into()?;
    check_password(&app, &caller, current_password, &client_info).await?;
    erase(&app, &caller, id, &client_info).await
}
