//! A code, held against somebody's second factor: at log-in, and before the factor itself is changed.

use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, RetryAfter, Unauthorized};
use shared::ids::UserId;
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::store::totp as store;
use shared::users::{ClientInfo, totp};

/// Stands between the right password and the sign-in: fails with 401 where the account has a second factor and `otp` is none of
/// its codes, and with 429 where that happened too often.
pub(crate) async fn second_factor(
    app: &App,
    user: UserId,
    otp: Option<&str>,
    client_info: &ClientInfo,
) -> Result<(), ApiError> {
    if !store::is_needed(&app.db, user).await? {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let Some(otp) = otp else {
        // Written down: somebody has the password.
        note_failure(&mut tx, app, user, "code_missing", client_info).await?;
        tx.commit().await?;
        return Err(refused("A code is needed to log in.", "otp_required"));
    };
    let judged = judge(&mut tx, app, user, otp, client_info).await?;
    if judged == Judged::Wrong {
        note_failure(&mut tx, app, user, "code_wrong", client_info).await?;
    }
    tx.commit().await?;
    match judged {
        // It was removed just now.
        Judged::Good | Judged::NoDevice => Ok(()),
        Judged::Wrong => Err(refused("The code is not good.", "otp_not_valid")),
    }
}

/// Writes down that somebody who is signed in does not have the factor.
pub(super) async fn note_wrong_code(
    tx: &mut Tx,
    app: &App,
    user: UserId,
    client_info: &ClientInfo,
) -> sqlx::Result<()> {
    let entry = AuditRecord::by_owner(Kind::SecondFactorFailed, user);
    audit::store::record(tx, entry, client_info, app.clock.now()).await
}

async fn note_failure(
    tx: &mut Tx,
    app: &App,
    user: UserId,
    reason: &str,
    client_info: &ClientInfo,
) -> sqlx::Result<()> {
    let entry = AuditRecord::by_nobody(Kind::LogInFailed, Some(user)).with(json!({"reason": reason}));
    audit::store::record(tx, entry, client_info, app.clock.now()).await
}

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// One of the device's that was not used before, or a recovery code. Now it is used.
    Good,
    /// Neither.
    Wrong,
    /// There is no device in force to hold it against.
    NoDevice,
}

/// Holds a code against the device that is in force, and counts the try. The transaction is to be committed whatever comes out.
pub(super) async fn judge(
    tx: &mut Tx,
    app: &App,
    user: UserId,
    typed: &str,
    client_info: &ClientInfo,
) -> Result<Judged, ApiError> {
    let now = app.clock.now();
    count(tx, user, now).await?;
    let Some(device) = store::lock_device(tx, user).await?.filter(|device| device.is_confirmed) else {
        return Ok(Judged::NoDevice);
    };
    if let Some(step) = totp::step_of(&device.secret, typed, now, device.last_step) {
        store::take_step(tx, user, step).await?;
    } else if store::use_recovery_code(tx, user, &totp::recovery_code_sha256(typed), now).await? {
        audit::store::record(tx, AuditRecord::by_owner(Kind::RecoveryCodeUsed, user), client_info, now).await?;
    } else {
        return Ok(Judged::Wrong);
    }
    forget(tx, user).await?;
    Ok(Judged::Good)
}

/// Counts a try; 429 where there were too many. The database judges the code in the same transaction, under the lock of this count,
/// so a thousand at once come one after another.
pub(super) async fn count(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(), ApiError> {
    let wait = throttles::store::count(tx, Limit::SecondFactor, &Subject::user(user), now).await?;
    wait.map_or(Ok(()), |wait| Err(ApiError::Throttled(RetryAfter(wait))))
}

/// Forgets the tries: the code was good.
pub(super) async fn forget(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    throttles::store::forget(tx, Limit::SecondFactor, &Subject::user(user)).await
}

fn refused(detail: &str, code: &'static str) -> ApiError {
    Unauthorized::Other { detail: detail.to_owned(), code: Some(code) }.into()
}
