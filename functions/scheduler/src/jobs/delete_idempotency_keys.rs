//! Deletes idempotency keys a day after they were used.

use shared::idempotency_keys::store;

use super::MAX_DELETED;
use crate::Scheduler;

/// Seconds for which a request can be repeated.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let before = scheduler.clock.now().plus_seconds(-KEPT_SECONDS);
    let deleted = store::delete_older(&mut tx, before, MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
