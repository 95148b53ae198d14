//! Deletes back-in-stock subscriptions a week after their subscribers were notified, after a week without a confirmation, or after a year without a
//! notification.

use shared::stock::store::subscriptions;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = subscriptions::delete_ended(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
