//! Deletes the caller's account: `DELETE /auth/users/me/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problems, Request, Unauthorized};
use shared::ids::UserId;
use shared::users::store::accounts::lock_signed_in;
use shared::users::store::{Account, Erasure, delete, lock_for_deletion};
use shared::users::tokens::TokenError;
use shared::users::{ClientInfo, passwords};

use super::authorize::{self, Access, audit_record};
use crate::password_check::check_password;

/// Proof that the owner of the account asks.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct DeleteUser {
    /// Your current password.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// Delete your account
///
/// Personal data is erased: your profile, addresses, carts, sign-ins, and the email address in orders and in the record of mails. Orders stay,
/// without a person. The last superuser who can log in cannot be deleted: 400 `last_superuser`.
#[utoipa::path(
    delete,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "delete_me",
    security(("bearer" = [])),
    request_body = DeleteUser,
    responses((status = 204, description = "The account is deleted."), Problems)
)]
pub(crate) async fn delete_me(
    State(app): State<App>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(deletion): Body<DeleteUser>,
) -> Result<StatusCode, ApiError> {
    check_password(&app, &account, deletion.current_password, &client_info).await?;
    erase(&app, &account, account.id, &client_info).await
}

/// Deletes an account and records who did it. Checks the access again, because it may have changed while the password was checked.
pub(super) async fn erase(
    app: &App,
    caller: &Account,
    user: UserId,
    client_info: &ClientInfo,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_for_deletion(&mut tx, user, caller.id).await?;
    if !lock_signed_in(&mut tx, caller.id, caller.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    authorize::account(&mut tx, caller, user, Access::Delete).await?;
    match delete(&mut tx, user).await? {
        Erasure::Done => {}
        Erasure::LastSuperuser => {
            let detail = "This is the last superuser. Create another one first.".to_owned();
            return Err(ApiError::Malformed { detail, code: "last_superuser" });
        }
    }
    audit::store::record(&mut tx, audit_record(Kind::Erased, caller.id, user), client_info, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
