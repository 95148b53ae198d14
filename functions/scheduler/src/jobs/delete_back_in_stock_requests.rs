//! Deletes back-in-stock requests that were answered a week ago or have waited for a year.

use shared::stock::store::notices;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = notices::forget(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
