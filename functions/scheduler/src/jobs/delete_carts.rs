//! Deletes carts that have ended; `carts.ends_at` says when a cart ends.

use std::time::Duration;

use shared::carts::store::ended::delete_ended;
use tokio::time::Instant;

use crate::Scheduler;

/// Maximum number of carts of one transaction: with 500 lines each, one short statement.
const AT_ONCE: u64 = 50;
/// Maximum number of transactions of a run.
const MAX_TRANSACTIONS: u32 = 100;
/// Time after which a run begins no further transaction. The next run continues.
const BUDGET: Duration = Duration::from_secs(5);

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let started = Instant::now();
    let mut deleted = 0;
    for _ in 0..MAX_TRANSACTIONS {
        let mut tx = scheduler.db.begin().await?;
        let carts = delete_ended(&mut tx, scheduler.clock.now(), AT_ONCE.cast_signed()).await?;
        tx.commit().await?;
        deleted += carts;
        if carts < AT_ONCE || started.elapsed() > BUDGET {
            break;
        }
    }
    Ok(deleted)
}
