//! Deletes imports and exports that ended thirty days ago, and imports that were created thirty days ago and never
//! started.

use shared::transfers::store;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = store::forget(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
