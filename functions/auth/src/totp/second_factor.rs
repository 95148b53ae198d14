//! Checks a code against the second factor of an account: at log-in, and before the second factor itself is changed.

use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Unauthorized};
use shared::ids::UserId;
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::store::sign_ins;
use shared::users::store::totp::{self as store, Device};
use shared::users::{ClientInfo, totp};

use crate::AuthState;

/// Checks the second factor at log-in, after the password. Returns false if the account has none. Fails with 401 if the account has a second factor and `otp` is missing or
/// wrong, and with 429 after too many wrong codes.
pub(crate) async fn second_factor(
    auth: &AuthState,
    user: UserId,
    otp: Option<&str>,
    client_info: &ClientInfo,
) -> Result<bool, ApiError> {
    let app = &auth.app;
    if !store::is_enabled(&app.db, user).await? {
        return Ok(false);
    }
    let mut tx = app.db.begin().await?;
    let Some(otp) = otp else {
        // Recorded, because the caller knows the password. Over the limit the answer is the same: a client learns by it that a code is needed, so
        // without it a thief of the password would lock the owner out.
        let counted =
            throttles::store::count(&mut tx, Limit::CodeMissing, &Subject::user(user), app.clock.now()).await?;
        if counted.is_none() {
            record_failure(&mut tx, app, user, "code_missing", client_info).await?;
        }
        tx.commit().await?;
        return Err(refused("Logging in requires a code. Send it as `otp`.", "otp_required"));
    };
    let check = check_code(&mut tx, auth, user, otp, client_info).await?;
    if check == CodeCheck::Wrong {
        record_failure(&mut tx, app, user, "code_wrong", client_info).await?;
    }
    tx.commit().await?;
    match check {
        CodeCheck::Valid => Ok(true),
        // The second factor was removed after the check above.
        CodeCheck::NoDevice => Ok(false),
        CodeCheck::Wrong => {
            Err(refused("The code is invalid. Enter the code that your app shows now.", "otp_not_valid"))
        }
    }
}

async fn record_failure(
    tx: &mut Tx,
    app: &App,
    user: UserId,
    reason: &str,
    client_info: &ClientInfo,
) -> sqlx::Result<()> {
    let entry = AuditRecord::by_nobody(Kind::LogInFailed, Some(user)).with(json!({"reason": reason}));
    audit::store::record(tx, entry, client_info, app.clock.now()).await
}

/// Result of checking a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodeCheck {
    /// The code is the device's or an unused recovery code. It is used up now.
    Valid,
    /// The code is neither.
    Wrong,
    /// The account has no confirmed device.
    NoDevice,
}

/// Checks a code against the confirmed device, and counts the attempt. The caller must commit the transaction whatever the result is,
/// so that the attempt stays counted.
pub(super) async fn check_code(
    tx: &mut Tx,
    auth: &AuthState,
    user: UserId,
    code: &str,
    client_info: &ClientInfo,
) -> Result<CodeCheck, ApiError> {
    let now = auth.app.clock.now();
    let subject = attempt_subject(tx, user, client_info).await?;
    count_attempt(tx, &subject, now).await?;
    let Some(device) = store::lock_device(tx, user).await?.filter(|device| device.is_confirmed) else {
        return Ok(CodeCheck::NoDevice);
    };
    if let Some(step) = use_device(tx, auth, user, &device, code).await? {
        store::record_step(tx, user, step).await?;
    } else if store::use_recovery_code(tx, user, &totp::recovery_code_sha256(code), now).await? {
        audit::store::record(tx, AuditRecord::by_owner(Kind::RecoveryCodeUsed, user), client_info, now).await?;
    } else {
        return Ok(CodeCheck::Wrong);
    }
    reset_attempts(tx, &subject).await?;
    Ok(CodeCheck::Valid)
}

/// Returns the subject under which a code is counted. Codes from a network in which the account was used before have their own count, as
/// passwords have, so that a thief of the password cannot lock the owner out there.
pub(super) async fn attempt_subject(tx: &mut Tx, user: UserId, client_info: &ClientInfo) -> sqlx::Result<Subject> {
    let Some(network) = client_info.network() else { return Ok(Subject::user(user)) };
    let is_known = sign_ins::has_used_network(tx, user, &network).await?;
    Ok(if is_known { Subject::user_at(user, &network) } else { Subject::user(user) })
}

/// Returns the step of a code of the device. Encrypts the secret again if its key is being replaced: only a valid code shows that it is in use.
async fn use_device(
    tx: &mut Tx,
    auth: &AuthState,
    user: UserId,
    device: &Device,
    code: &str,
) -> Result<Option<i64>, ApiError> {
    let keys = &auth.keys.get().await?.totp;
    let secret = match keys.decrypt(user, &device.secret) {
        Ok(secret) => secret,
        Err(error) => {
            // No code fits, but recovery codes still do: with one of them the owner can replace the device.
            tracing::error!(error = format!("{error:#}"), user_id = user.0, "second factor could not be decrypted");
            return Ok(None);
        }
    };
    let step = totp::step_of(&secret, code, auth.app.clock.now(), device.last_step);
    if step.is_some() && keys.is_outdated(&device.secret) {
        store::replace_secret(tx, user, &keys.encrypt(&*auth.app.rng, user, &secret)?).await?;
    }
    Ok(step)
}

/// Counts an attempt; fails with 429 after too many. The code is checked in the same transaction, under the lock that counting takes, so
/// concurrent attempts are checked one after another.
pub(super) async fn count_attempt(tx: &mut Tx, subject: &Subject, now: Timestamp) -> Result<(), ApiError> {
    throttles::count_or_refuse(tx, Limit::SecondFactor, subject, now).await
}

/// Resets the number of attempts after a valid code.
pub(super) async fn reset_attempts(tx: &mut Tx, subject: &Subject) -> sqlx::Result<()> {
    throttles::store::reset(tx, Limit::SecondFactor, subject).await
}

fn refused(detail: &str, code: &'static str) -> ApiError {
    Unauthorized::Other { detail: detail.to_owned(), code: Some(code) }.into()
}
