//! Deletes the records of mails after 90 days.

use shared::mail::store;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = store::delete_old(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
