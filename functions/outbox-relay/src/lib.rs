//! Sends events from the outbox to the queue every minute: those whose function could not send them, and those that no function sends.
//!
//! An event is claimed in its own transaction and sent after the commit. A run that dies in between leaves the event to a later run, and several
//! runs at once share the work. An event that fails waits longer each time and does not delay the others.

mod relay_one;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use shared::app::db::Db;
use shared::app::metrics::{Metric, Metrics};
use shared::app::{Clock, Environment, SystemClock};
use shared::aws::Sqs;
use shared::outbox::Queue;
use shared::outbox::store::{self, Backlog};
use tokio::time::Instant;

pub use relay_one::{Step, relay_one};

/// State of the relay.
pub struct Relay {
    /// Connections to the database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The queue that receives the events.
    pub queue: Arc<dyn Queue>,
    /// Time limits of a run.
    pub limits: Limits,
    /// Writer of the metrics.
    pub metrics: Metrics,
}

/// Time limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time limit of the queue for accepting an event.
    pub with_queue: Duration,
    /// Time of a run after which it claims no further event.
    pub with_run: Duration,
}

impl Default for Limits {
    /// Limits of a function that may run for a minute.
    fn default() -> Self {
        Self { with_queue: Duration::from_secs(5), with_run: Duration::from_secs(45) }
    }
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Drained {
    /// Number of events that the queue has accepted.
    pub sent: u32,
    /// Number of attempts that have failed. Their events stay in the outbox and are tried again later.
    pub failed: u32,
}

impl Relay {
    /// Uses the database and the queue that the environment names.
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

/// Runs the relay once. Fails if there were events to send and none could be sent, so that the function's alarm sees it.
pub async fn handle(relay: &Relay) -> anyhow::Result<Drained> {
    let drained = drain(relay).await?;
    anyhow::ensure!(drained.failed == 0 || drained.sent > 0, "none of {} events could be sent", drained.failed);
    Ok(drained)
}

/// Sends due events until none is left or the time is up; then measures the backlog of unsent events.
pub async fn drain(relay: &Relay) -> anyhow::Result<Drained> {
    let done = run(relay).await;
    // Before the response, after which Lambda may freeze the execution environment.
    relay.db.rollback_abandoned().await;
    done
}

async fn run(relay: &Relay) -> anyhow::Result<Drained> {
    let started = Instant::now();
    let mut drained = Drained::default();
    while started.elapsed() < relay.limits.with_run {
        match relay_one(relay).await? {
            Step::Sent => drained.sent += 1,
            Step::Failed => drained.failed += 1,
            Step::NothingDue => break,
        }
    }
    measure_backlog(relay, drained).await?;
    Ok(drained)
}

/// Logs the outcome of the run, and writes the number of unsent events and the age of the oldest as metrics.
async fn measure_backlog(relay: &Relay, Drained { sent, failed }: Drained) -> anyhow::Result<()> {
    let now = relay.clock.now();
    let mut tx = relay.db.read().await?;
    let Backlog { unsent, oldest } = store::backlog(&mut tx).await?;
    tx.commit().await?;
    let oldest_seconds = oldest.map_or(0, |oldest| now.seconds() - oldest.seconds());
    tracing::info!(sent, failed, unsent, oldest_seconds, "outbox");
    relay.metrics.put(&[(Metric::OutboxUnsent, unsent), (Metric::OutboxOldestSeconds, oldest_seconds)], now);
    Ok(())
}
