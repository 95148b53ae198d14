//! Sends a new message to `transfer-worker` for each import and export that stopped because its message was lost or its worker died.

use anyhow::Context as _;
use shared::transfers::store::claim_abandoned;
use tokio::time::timeout;

use crate::Scheduler;

/// Seconds for which a transfer must have had no worker. Before that, its message may still be in the queue.
const ABANDONED_AFTER_SECONDS: i64 = 60;
/// Maximum number of transfers that one run resumes.
const MAX_TRANSFERS: u64 = 20;

/// Claims one transfer after another, commits each claim, and then sends the message. A transfer whose message is lost is claimed again a minute
/// later. The first failure ends the job, because each failure may take as long as the time limit of the queue.
pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let now = scheduler.clock.now();
    let mut resumed = 0;
    while resumed < MAX_TRANSFERS {
        let mut tx = scheduler.db.begin().await?;
        let job = claim_abandoned(&mut tx, now.plus_seconds(-ABANDONED_AFTER_SECONDS), now).await?;
        tx.commit().await?;
        let Some(job) = job else { break };
        let sent = timeout(scheduler.limits.with_queue, scheduler.transfers.send(job)).await;
        sent.context("the queue did not answer in time")?.context("failed to send a transfer to the worker")?;
        tracing::info!(?job, "transfer resumed");
        resumed += 1;
    }
    Ok(resumed)
}
