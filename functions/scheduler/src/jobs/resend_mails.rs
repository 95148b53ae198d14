//! Sends mails again whose cause of failure was temporary, when the queue has given them up; after three days they have failed.

use shared::mail::store::resend::{fail_old, resend_given_up};

use crate::Scheduler;

/// Maximum number of mails that a run sends again, and that it marks as failed: few enough that one run of `outbox-relay` sends these events and
/// all others that are due.
const MAX_MAILS: i64 = 500;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let now = scheduler.clock.now();
    let mut tx = scheduler.db.begin().await?;
    let resent = resend_given_up(&mut tx, now, MAX_MAILS).await?;
    tx.commit().await?;
    let mut tx = scheduler.db.begin().await?;
    let failed = fail_old(&mut tx, now, MAX_MAILS).await?;
    tx.commit().await?;
    if failed > 0 {
        tracing::error!(failed, "mails could not be sent for three days and have failed; staff can send them again");
    }
    Ok(resent + failed)
}
