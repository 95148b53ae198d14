//! Confirms the second factor, after which log-ins require a code: `POST /auth/totp/confirm/`.

use axum::Json;
use axum::extract::State;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, CurrentUser, Problem, Problems, Request};
use shared::users::store::{Account, sign_ins, totp as store};
use shared::users::{ClientInfo, totp};

use super::second_factor::{attempt_subject, count_attempt, reset_attempts};
use super::{CreatedRecoveryCodes, MAX_CODE, enabled, new_recovery_codes, not_enabled, staff_only, wrong_code};
use crate::AuthState;

/// Proof that the authenticator app has the secret.
#[derive(Request)]
pub(crate) struct ConfirmTotp {
    /// Code that the authenticator app shows.
    #[field(max = MAX_CODE)]
    #[schema(write_only, example = "123456")]
    pub code: String,
}

/// Reasons why the second factor is not confirmed.
enum ConfirmError {
    /// The account has no second factor to confirm.
    NotSetUp,
    /// The second factor is confirmed already.
    AlreadyConfirmed,
    /// The app has another secret, or one of the clocks is wrong.
    WrongCode,
}

/// Confirm your second factor
///
/// From now on, logging in requires a code. Where the shop requires a second factor of its staff, you have your permissions from now on in this
/// sign-in; others have to log in again. The recovery codes are in this response only: show them to the user once and do not keep them.
#[utoipa::path(
    post,
    path = "/auth/totp/confirm/",
    tag = "auth",
    operation_id = "confirm_totp",
    security(("bearer" = [])),
    request_body = ConfirmTotp,
    responses(
        (status = 200, body = CreatedRecoveryCodes, description = "Recovery codes, for when the device is lost."),
        (status = 403, body = Problem, description = "You are not staff (`staff_only`)."),
        (status = 409, body = Problem, description = "You have no second factor to confirm (`totp_not_enabled`), or it is confirmed already (`totp_enabled`)."),
        Problems,
    )
)]
pub(crate) async fn confirm_totp(
    State(auth): State<AuthState>,
    CurrentUser(account): CurrentUser,
    client_info: ClientInfo,
    Body(ConfirmTotp { code }): Body<ConfirmTotp>,
) -> Result<Json<CreatedRecoveryCodes>, ApiError> {
    staff_only(&account)?;
    let app = &auth.app;
    auth.keys.get().await?;
    let mut tx = app.db.begin().await?;
    let subject = attempt_subject(&mut tx, account.id, &client_info).await?;
    count_attempt(&mut tx, &subject, app.clock.now()).await?;
    let outcome = confirm(&mut tx, &auth, &account, &code, &client_info).await?;
    if outcome.is_ok() {
        reset_attempts(&mut tx, &subject).await?;
    }
    // Committed in every case, because a wrong code counts as an attempt.
    tx.commit().await?;
    match outcome {
        Ok(codes) => Ok(Json(codes)),
        Err(ConfirmError::NotSetUp) => Err(not_enabled()),
        Err(ConfirmError::AlreadyConfirmed) => Err(enabled()),
        Err(ConfirmError::WrongCode) => Err(wrong_code()),
    }
}

async fn confirm(
    tx: &mut Tx,
    auth: &AuthState,
    account: &Account,
    code: &str,
    client_info: &ClientInfo,
) -> Result<Result<CreatedRecoveryCodes, ConfirmError>, ApiError> {
    let (app, user, now) = (&auth.app, account.id, auth.app.clock.now());
    let Some(device) = store::lock_device(tx, user).await? else { return Ok(Err(ConfirmError::NotSetUp)) };
    if device.is_confirmed {
        return Ok(Err(ConfirmError::AlreadyConfirmed));
    }
    let secret = auth.keys.get().await?.totp.decrypt(user, &device.secret)?;
    let Some(step) = totp::step_of(&secret, code, now, device.last_step) else {
        return Ok(Err(ConfirmError::WrongCode));
    };
    store::record_step(tx, user, step).await?;
    store::confirm(tx, user, now).await?;
    // Other sign-ins have proven an earlier device, if any, which may be in other hands.
    sign_ins::restrict_second_factor(tx, user, Some(account.sign_in)).await?;
    audit::store::record(tx, AuditRecord::by_owner(Kind::TotpEnabled, user), client_info, now).await?;
    Ok(Ok(new_recovery_codes(tx, app, user).await?))
}
