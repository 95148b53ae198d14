//! Confirms that the owner of the account makes the request, before the second factor is changed.

use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Request};
use shared::users::store::Account;
use shared::users::{ClientInfo, passwords};

use super::second_factor::{CodeCheck, check_code};
use super::{MAX_CODE, not_enabled, staff_or_enrolled, wrong_code};
use crate::AuthState;
use crate::password_check::check_password;

/// Proof that the owner of the account asks and has the device.
#[derive(Request)]
pub(crate) struct ConfirmIdentity {
    /// Current password of your account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
    /// Code that the authenticator app shows, or a recovery code.
    #[field(max = MAX_CODE)]
    #[schema(write_only, example = "123456")]
    pub code: String,
}

/// Checks the password and the code. Returns the transaction in which the code was used up, for the change that it allows. Fails with 403 if
/// the account cannot have a second factor, with 400 if the password or the code is wrong, and with 409 if there is no second factor.
pub(super) async fn confirm_identity(
    auth: &AuthState,
    account: &Account,
    proof: ConfirmIdentity,
    client_info: &ClientInfo,
) -> Result<Tx, ApiError> {
    let app = &auth.app;
    auth.keys.get().await?;
    staff_or_enrolled(app, account).await?;
    check_password(app, account, proof.current_password, client_info).await?;
    let mut tx = app.db.begin().await?;
    let error = match check_code(&mut tx, auth, account.id, &proof.code, client_info).await? {
        CodeCheck::Valid => return Ok(tx),
        CodeCheck::Wrong => {
            let entry = AuditRecord::by_owner(Kind::SecondFactorFailed, account.id);
            audit::store::record(&mut tx, entry, client_info, app.clock.now()).await?;
            wrong_code()
        }
        CodeCheck::NoDevice => not_enabled(),
    };
    // Committed although the request fails, so that the attempt stays counted.
    tx.commit().await?;
    Err(error)
}
