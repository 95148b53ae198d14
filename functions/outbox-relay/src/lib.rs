//! From the outbox to the queue, every minute: what the function that wrote an event could not send itself.
//!
//! An event is claimed in a transaction of its own, and sent after that: whoever dies in between leaves it to a later run, and
//! several relays at once share the work. A failed event waits longer each time and holds up no other.

mod relay_one;
mod tell_of_stock;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use shared::app::db::Db;
use shared::app::metrics::{Metric, Metrics};
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng};
use shared::audit;
use shared::aws::{Sqs, SqsJobs};
use shared::outbox::{Queue, store};
use shared::stock::store::notices;
use shared::transfers::JobQueue;
use shared::transfers::store::{abandoned, forget as forget_transfers};
use shared::users::store::links;
use tokio::time::{Instant, timeout};

pub use relay_one::{Step, relay_one};

/// How long an event that was sent is remembered.
const REMEMBERED_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How many of each kind are forgotten in one run: few enough for one statement, and more a minute than any shop sells.
const FORGOTTEN_AT_ONCE: i64 = 2000;

/// For how long nobody may have held a file before the worker is told of it again: its message may be on its way.
const ABANDONED_AFTER_SECONDS: i64 = 60;
/// Of how many files the worker is told in one run.
const TOLD_AT_ONCE: i64 = 20;

/// What the relay has.
pub struct Relay {
    /// The database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
    /// Where events go.
    pub queue: Arc<dyn Queue>,
    /// Where work on files goes.
    pub jobs: Arc<dyn JobQueue>,
    /// How long.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
}

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the queue to take an event.
    pub with_queue: Duration,
    /// For a run: no event is begun after that.
    pub with_run: Duration,
}

impl Default for Limits {
    /// For a function that may run for a minute.
    fn default() -> Self {
        Self { with_queue: Duration::from_secs(5), with_run: Duration::from_secs(45) }
    }
}

/// What a run has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Drained {
    /// How many events the queue has taken.
    pub sent: u32,
    /// How many attempts have failed. Their events stay due.
    pub failed: u32,
}

impl Relay {
    /// With the queue that the environment names.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            db: Db::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            queue: Arc::new(Sqs::from_environment(environment)?),
            jobs: Arc::new(SqsJobs::from_environment(environment)?),
            limits: Limits::default(),
            metrics: Metrics::from_environment(environment),
        })
    }
}

/// What the schedule asks for. An error where events wait and not one could be sent, so that the function's alarm sees it.
pub async fn handle(relay: &Relay) -> anyhow::Result<Drained> {
    let drained = drain(relay).await?;
    anyhow::ensure!(drained.failed == 0 || drained.sent > 0, "none of {} events could be sent", drained.failed);
    Ok(drained)
}

/// Sends what is due until nothing is, or the time is up; then writes to whoever waits for what is in stock again, and forgets what was sent
/// long ago, links and requests that have ended, imports and exports of long ago, and what the audit log no longer keeps.
pub async fn drain(relay: &Relay) -> anyhow::Result<Drained> {
    let done = run(relay).await;
    // Before the answer, with which the sandbox may freeze.
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
    let told_of_stock = tell_of_stock::tell_of_stock(relay).await?;
    tell_of_abandoned_files(relay).await?;
    let now = relay.clock.now();
    let mut tx = relay.db.begin().await?;
    let forgotten = store::forget_sent(&mut tx, now.plus_seconds(-REMEMBERED_SECONDS), FORGOTTEN_AT_ONCE).await?;
    let forgotten_links = links::forget_ended(&mut tx, now, FORGOTTEN_AT_ONCE).await?;
    let forgotten_audit = audit::store::forget(&mut tx, now, FORGOTTEN_AT_ONCE).await?;
    let forgotten_notices = notices::forget(&mut tx, now, FORGOTTEN_AT_ONCE).await?;
    let forgotten_transfers = forget_transfers(&mut tx, now, FORGOTTEN_AT_ONCE).await?;
    let (unsent, oldest) = store::backlog(&mut tx).await?;
    tx.commit().await?;
    let oldest_seconds = oldest.map_or(0, |oldest| now.seconds() - oldest.seconds());
    let Drained { sent, failed } = drained;
    tracing::info!(
        sent,
        failed,
        told_of_stock,
        forgotten,
        forgotten_links,
        forgotten_audit,
        forgotten_notices,
        forgotten_transfers,
        unsent,
        oldest_seconds,
        "outbox"
    );
    relay.metrics.put(&[(Metric::OutboxUnsent, unsent), (Metric::OutboxOldestSeconds, oldest_seconds)], now);
    Ok(drained)
}

/// Tells the worker of files that nobody goes on with, although they are not done: its message was lost, or it died. A message too many does
/// no harm.
async fn tell_of_abandoned_files(relay: &Relay) -> anyhow::Result<()> {
    let before = relay.clock.now().plus_seconds(-ABANDONED_AFTER_SECONDS);
    let mut tx = relay.db.read().await?;
    let jobs = abandoned(&mut tx, before, TOLD_AT_ONCE).await?;
    tx.commit().await?;
    for job in jobs {
        match timeout(relay.limits.with_queue, relay.jobs.send(job)).await {
            Ok(Ok(())) => tracing::info!(?job, "a file was abandoned; the worker is told again"),
            // The rest another time: each that fails may take as long as the queue has.
            Ok(Err(error)) => {
                tracing::warn!(?job, error = format!("{error:#}"), "the worker could not be told of a file");
                break;
            }
            Err(_) => {
                tracing::warn!(?job, "the queue did not answer in time");
                break;
            }
        }
    }
    Ok(())
}
