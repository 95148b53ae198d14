//! `DELETE /auth/users/me/`: the end of one's account.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problems, Request, Unauthorized};
use shared::ids::UserId;
use shared::users::store::accounts::lock_signed_in;
use shared::users::store::{Account, Erasure, delete};
use shared::users::tokens::TokenError;
use shared::users::{ClientInfo, passwords};

use super::authorize::{self, Access, entry};
use crate::password_check::check_password;

/// Proof that the caller asks.
#[derive(Request)]
pub(crate) struct DeleteUser {
    /// Password of the caller.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
}

/// Delete one's account
///
/// Everything that tells who it was is erased: the profile, addresses, carts, sign-ins, and the address in orders and in the
/// record of mails. The orders stay, as nobody's. The last superuser who can log in stays too: 400 `last_superuser`.
#[utoipa::path(
    delete,
    path = "/auth/users/me/",
    tag = "auth",
    operation_id = "delete_me",
    security(("bearer" = [])),
    request_body = DeleteUser,
    responses((status = 204, description = "The account is gone."), Problems)
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

/// Ends an account and writes down who did. Whether the caller may is looked at once more: the password took its time.
pub(super) async fn erase(
    app: &App,
    caller: &Account,
    user: UserId,
    client_info: &ClientInfo,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    if !lock_signed_in(&mut tx, caller.id, caller.sign_in).await? {
        return Err(Unauthorized::BadToken(TokenError::Revoked).into());
    }
    authorize::account(&mut tx, caller, user, Access::Delete).await?;
    match delete(&mut tx, user).await? {
        Erasure::Done => {}
        Erasure::LastSuperuser => {
            let detail = "This is the last superuser; make another one first.".to_owned();
            return Err(ApiError::Malformed { detail, code: "last_superuser" });
        }
    }
    audit::store::record(&mut tx, entry(Kind::Erased, caller.id, user), client_info, app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
