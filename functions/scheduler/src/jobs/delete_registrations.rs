//! Deletes registrations whose links were not opened within a week.

use shared::users::store::registrations;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = registrations::delete_expired(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(deleted)
}
