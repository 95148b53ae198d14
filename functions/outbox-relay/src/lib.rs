//! From the outbox to the queue, every minute: events that the function that wrote them could not send, or that no function sends.
//!
//! An event is claimed in its own transaction and sent after that: a run that dies in between leaves the event to a later run, and several
//! relays at once share the work. A failed event waits longer each time and does not delay the others.

mod relay_one;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use shared::app::db::Db;
use shared::app::metrics::{Metric, Metrics};
use shared::app::{Clock, Environment, SystemClock};
use shared::aws::Sqs;
use shared::outbox::{Queue, store};
use tokio::time::Instant;

pub use relay_one::{Step, relay_one};

/// What the relay needs.
pub struct Relay {
    /// The database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// Where events go.
    pub queue: Arc<dyn Queue>,
    /// How long things may take.
    pub limits: Limits,
    /// Where metrics are written.
    pub metrics: Metrics,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the queue to accept an event.
    pub with_queue: Duration,
    /// For a run: no event is claimed after that.
    pub with_run: Duration,
}

impl Default for Limits {
    /// For a function that may run for a minute.
    fn default() -> Self {
        Self { with_queue: Duration::from_secs(5), with_run: Duration::from_secs(45) }
    }
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Drained {
    /// How many events the queue has accepted.
    pub sent: u32,
    /// How many attempts have failed. Their events stay due.
    pub failed: u32,
}

impl Relay {
    /// With the database and the queue that the environment names.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            db: Db::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            queue: Arc::new(Sqs::from_environment(environment)?),
            limits: Limits::default(),
            metrics: Metrics::from_environment(environment),
        })
    }
}

/// Answers the schedule. Fails if events wait and none could be sent, so that the function's alarm sees it.
pub async fn handle(relay: &Relay) -> anyhow::Result<Drained> {
    let drained = drain(relay).await?;
    anyhow::ensure!(drained.failed == 0 || drained.sent > 0, "none of {} events could be sent", drained.failed);
    Ok(drained)
}

/// Sends the events that are due until none is, or the time is up; then measures the events that are still unsent.
pub async fn drain(relay: &Relay) -> anyhow::Result<Drained> {
    let done = run(relay).await;
    // Before the answer, after which Lambda may freeze the process.
    relay.db.rollback_abandoned().await;
    done
}

async fn run(relay: &Relay) -> anyhow::Result<Drained> {
    let begun = Instant::now();
    let mut drained = Drained::default();
    while begun.elapsed() < relay.limits.with_run {
        match relay_one(relay).await? {
            Step::Sent => drained.sent += 1,
            Step::Failed => drained.failed += 1,
            Step::NothingDue => break,
        }
    }
    measure_backlog(relay, drained).await?;
    Ok(drained)
}

/// Logs what the run has done, and writes how many events are unsent and for how long the oldest of them is.
async fn measure_backlog(relay: &Relay, Drained { sent, failed }: Drained) -> anyhow::Result<()> {
    let now = relay.clock.now();
    let mut tx = relay.db.read().await?;
    let (unsent, oldest) = store::backlog(&mut tx).await?;
    tx.commit().await?;
    let oldest_seconds = oldest.map_or(0, |oldest| now.seconds() - oldest.seconds());
    tracing::info!(sent, failed, unsent, oldest_seconds, "outbox");
    relay.metrics.put(&[(Metric::OutboxUnsent, unsent), (Metric::OutboxOldestSeconds, oldest_seconds)], now);
    Ok(())
}
