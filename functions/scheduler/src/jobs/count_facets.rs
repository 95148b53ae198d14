//! Counts the facets of large lists, whose counts are kept.

use std::time::Duration;

use shared::catalogue::store::facets::kept;
use tokio::time::Instant;

use crate::Scheduler;

/// Time after which a run begins no further list. The next run continues.
const BUDGET: Duration = Duration::from_secs(5);

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let (started, now) = (Instant::now(), scheduler.clock.now());
    let mut tx = scheduler.db.begin().await?;
    let lists = kept::due(&mut tx, now, scheduler.limits.large_list).await?;
    tx.commit().await?;
    let mut counted = 0;
    for list in lists {
        if started.elapsed() > BUDGET {
            break;
        }
        let mut tx = scheduler.db.begin().await?;
        counted += u64::from(kept::count(&mut tx, list, now).await?);
        tx.commit().await?;
    }
    Ok(counted)
}
