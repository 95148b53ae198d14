//! Deletes the links of mails after they have expired.

use shared::users::store::links;

use super::MAX_DELETED;
use crate::Scheduler;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let mut tx = scheduler.db.begin().await?;
    let deleted = links::delete_expired(&mut tx, scheduler.clock.now(), MAX_DELETED).await?;
    tx.commit().await?;
    Ok(u64::try_from(deleted)?)
}
