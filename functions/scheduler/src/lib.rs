//! Runs the timed jobs every minute: one file for each job in `jobs/`.
//!
//! A job does a bounded amount of work in its own transactions and within its own time limit; what is left waits for the next run. One that
//! fails does not stop the others. Rows are locked with `skip locked`, so that two runs at once share the work instead of repeating it.

mod jobs;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use shared::app::db::Db;
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng};
use shared::aws::SqsJobs;
use shared::catalogue::store::facets::kept;
use shared::transfers::JobQueue;
use tokio::time::timeout;

pub use jobs::TimedJob;

/// State of the jobs.
pub struct Scheduler {
    /// Connections to the database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids.
    pub rng: Arc<dyn Rng>,
    /// The queue of `transfer-worker`.
    pub transfers: Arc<dyn JobQueue>,
    /// Limits of a run.
    pub limits: Limits,
}

/// Limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time limit of one job.
    pub with_job: Duration,
    /// Time limit of the queue for accepting a message.
    pub with_queue: Duration,
    /// Minimum number of products of a list whose facets are counted ahead.
    pub large_list: i64,
}

impl Default for Limits {
    /// Limits with which all jobs together end before Lambda stops the function.
    fn default() -> Self {
        Self { with_job: Duration::from_secs(10), with_queue: Duration::from_secs(5), large_list: kept::LARGE }
    }
}

/// Number of rows, transfers or lists that each job has processed, and the errors of the jobs that failed.
#[derive(Debug, Default)]
pub struct Run {
    /// The jobs that succeeded, with their numbers.
    pub done: BTreeMap<TimedJob, u64>,
    /// The jobs that failed, with their errors.
    pub failed: BTreeMap<TimedJob, anyhow::Error>,
}

impl Scheduler {
    /// Uses the database and the queue that the environment names.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            db: Db::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            transfers: Arc::new(SqsJobs::from_environment(environment)?),
            limits: Limits::default(),
        })
    }
}

/// Runs all jobs and returns the number that each has processed. Fails after the last job if any of them has failed, so that the function's alarm
/// sees it.
pub async fn handle(scheduler: &Scheduler) -> anyhow::Result<BTreeMap<TimedJob, u64>> {
    let Run { done, failed } = run(scheduler).await;
    let names: Vec<&str> = failed.keys().map(|job| job.as_str()).collect();
    anyhow::ensure!(names.is_empty(), "{} of {} jobs failed: {}", names.len(), TimedJob::ALL.len(), names.join(", "));
    Ok(done)
}

/// Runs all jobs once, one after another.
pub async fn run(scheduler: &Scheduler) -> Run {
    let mut run = Run::default();
    for job in TimedJob::ALL {
        let done = timeout(scheduler.limits.with_job, job.run(scheduler)).await;
        // A job that ran out of time leaves an open transaction, which would hold its locks.
        scheduler.db.rollback_abandoned().await;
        match done.unwrap_or_else(|_| Err(anyhow!("the job did not end in time"))) {
            Ok(count) => {
                run.done.insert(job, count);
            }
            Err(error) => {
                tracing::error!(job = job.as_str(), error = format!("{error:#}"), "a timed job failed");
                run.failed.insert(job, error);
            }
        }
    }
    tracing::info!(done = ?run.done, failed = ?run.failed.keys(), "timed jobs run");
    run
}
