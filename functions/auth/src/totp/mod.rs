//! `/auth/totp/`: the staff's second factor.
//!
//! Nobody but its owner removes one: not a link that resets the password, nor anybody of the staff, superusers included. Who has lost
//! the device and the recovery codes needs an operator with access to the database.

mod confirm;
mod get;
mod remove;
mod renew_recovery_codes;
mod second_factor;
mod set_up;

use serde::Serialize;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, Request};
use shared::ids::UserId;
use shared::users::store::{self, Account};
use shared::users::{passwords, totp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

pub(crate) use second_factor::second_factor;

/// How long a code may be, as it is typed.
pub(crate) const MAX_CODE: usize = 40;

/// Every route of the second factor.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(get::get_totp, set_up::create_totp, remove::delete_totp))
        .routes(routes!(confirm::confirm_totp))
        .routes(routes!(renew_recovery_codes::renew_recovery_codes))
}

/// Proof that the owner of the account asks and has the device at hand.
#[derive(Request)]
pub(crate) struct TotpProof {
    /// Password of the account.
    #[field(secret, max = passwords::MAX_COMPARED)]
    pub current_password: String,
    /// Code of the device.
    #[field(max = MAX_CODE)]
    #[schema(write_only, example = "123456")]
    pub code: String,
}

/// Codes that stand in for the device, each of them once. Shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedRecoveryCodes {
    /// Ten of them.
    #[schema(example = json!(["abcd-efgh-ijkl-mnop"]))]
    pub recovery_codes: Vec<String>,
}

/// Makes new recovery codes, in the place of those there were.
async fn new_recovery_codes(tx: &mut Tx, app: &App, user: UserId) -> sqlx::Result<CreatedRecoveryCodes> {
    let recovery_codes: Vec<String> = (0..totp::RECOVERY_CODES)
        .map(|_| {
            let mut random = [0; totp::RECOVERY_CODE_BYTES];
            app.rng.fill_random(&mut random);
            totp::recovery_code(random)
        })
        .collect();
    let digests: Vec<Vec<u8>> = recovery_codes.iter().map(|code| totp::recovery_code_sha256(code)).collect();
    store::totp::replace_recovery_codes(tx, user, &digests, app.clock.now()).await?;
    Ok(CreatedRecoveryCodes { recovery_codes })
}

/// 403 for everybody who does not work here.
fn staff_only(account: &Account) -> Result<(), ApiError> {
    if account.is_staff { Ok(()) } else { Err(not_staff()) }
}

/// 403 for who neither works here nor has a second factor from when they did.
async fn staff_or_who_was(app: &App, account: &Account) -> Result<(), ApiError> {
    let may = account.is_staff || store::totp::is_needed(&app.db, account.id).await?;
    if may { Ok(()) } else { Err(not_staff()) }
}

fn not_staff() -> ApiError {
    ApiError::Refused("Only the staff has a second factor.", "staff_only")
}

fn not_enabled() -> ApiError {
    ApiError::conflict("totp_not_enabled", "There is no second factor.")
}

fn enabled() -> ApiError {
    ApiError::conflict("totp_enabled", "There is a second factor already; remove it first.")
}

fn wrong_code() -> ApiError {
    ApiError::field("code", "The code is not good.")
}
