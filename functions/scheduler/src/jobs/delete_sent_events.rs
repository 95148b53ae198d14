//! Deletes events that were sent a week ago.

use shared::outbox::store;

use super::MAX_DELETED;
use crate::Scheduler;

/// Seconds for which an event is kept after it was sent.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = store::delete_sent(&mut tx, scheduler.clock.now().plus_seconds(-KEPT_SECONDS), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
