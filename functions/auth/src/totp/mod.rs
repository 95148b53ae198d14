//! The second factor of staff accounts: `/auth/totp/`.
//!
//! Only its owner can remove a second factor: neither a password reset nor another staff member does, superusers included. A person who
//! has lost the device and the recovery codes needs an operator with access to the database.

mod confirm;
mod confirm_identity;
mod get;
mod remove;
mod renew_recovery_codes;
mod second_factor;
mod set_up;

use serde::Serialize;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::ApiError;
use shared::ids::UserId;
use shared::users::store::{self, Account};
use shared::users::totp;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

pub(crate) use second_factor::second_factor;

/// Maximum number of characters of a code as it is typed.
pub(crate) const MAX_CODE: usize = 40;

/// Routes of the second factor.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(get::get_totp, set_up::create_totp, remove::delete_totp))
        .routes(routes!(confirm::confirm_totp))
        .routes(routes!(renew_recovery_codes::renew_recovery_codes))
}

/// Recovery codes. Each replaces the code of the device once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedRecoveryCodes {
    /// Ten recovery codes. They are never returned again.
    #[schema(example = json!(["abcd-efgh-ijkl-mnop"]))]
    pub recovery_codes: Vec<String>,
}

/// Generates new recovery codes, which replace the existing ones.
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

/// Fails with 403 if the account is not staff.
fn staff_only(account: &Account) -> Result<(), ApiError> {
    if account.is_staff { Ok(()) } else { Err(not_staff()) }
}

/// Fails with 403 unless the account is staff, or has a second factor from the time when it was.
async fn staff_or_enrolled(app: &App, account: &Account) -> Result<(), ApiError> {
    let is_allowed = account.is_staff || store::totp::is_enabled(&app.db, account.id).await?;
    if is_allowed { Ok(()) } else { Err(not_staff()) }
}

fn not_staff() -> ApiError {
    ApiError::ForbiddenBecause("Only staff can have a second factor.", "staff_only")
}

fn not_enabled() -> ApiError {
    ApiError::conflict("totp_not_enabled", "You have no second factor. Set one up first.")
}

fn enabled() -> ApiError {
    ApiError::conflict("totp_enabled", "You have a second factor already. Remove it first.")
}

fn wrong_code() -> ApiError {
    ApiError::field("code", "The code is invalid. Enter the code that your app shows now.")
}
