//! `DELETE /auth/users/{id}/`: the end of an account.

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
/// One's own; with the permission `customers` anybody's, except those of the staff: these are for superusers. Everything
/// that tells who it was is erased. The orders stay, as nobody's. The last superuser who can log in stays too: 400 `last_superuser`.
#[utoipa::path(
    delete,
    path = "/auth/users/{id}/",
    tag = "auth",
    operation_id = "delete_user",
    security(("bearer" = [])),
    params(("id" = i64, Path, description = "Which account.")),
    request_body = DeleteUser,
    responses(
        (status = 204, description = "The account is gone."),
        (status = 403, body = Problem, description = "It is not for the caller to end."),
        (status = 404, body = Problem, description = "There is none."),
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
