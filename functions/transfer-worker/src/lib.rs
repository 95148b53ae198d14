//! Goes through files of products: a message names one, the worker goes on with it until it is done or the time is up, and then tells the
//! next.
//!
//! How far a file is stands in its row, and is written in the transaction that writes the piece. So a worker may be killed anywhere, and a
//! message may come twice or late: whoever takes the file goes on where it is.

mod export;
mod import;
mod window;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use shared::app::db::Db;
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng};
use shared::aws::{S3, SqsJobs};
use shared::storage::Storage;
use shared::transfers::parts::Parts;
use shared::transfers::store::{exports, imports};
use shared::transfers::{Import, Job, JobQueue, TransferCounts, Work};
use tokio::time::Instant;
use tracing::Instrument as _;

/// What the worker has.
pub struct Worker {
    /// The database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
    /// Where the files lie.
    pub storage: Arc<dyn Storage>,
    /// Where exports are written.
    pub parts: Arc<dyn Parts>,
    /// Where the rest of a job goes.
    pub jobs: Arc<dyn JobQueue>,
    /// How long.
    pub limits: Limits,
}

/// How much is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a run: no piece is begun after that, and the rest is another run's.
    pub with_run: Duration,
    /// How much of a file is read at once. More, where a single product has more.
    pub window: u64,
}

impl Default for Limits {
    /// For a function that may run for two minutes. A piece takes a second, and may be tried again some times.
    fn default() -> Self {
        Self { with_run: Duration::from_secs(60), window: 8 * 1024 * 1024 }
    }
}

/// How a run has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunOutcome {
    /// There is nothing more to do, or it is somebody else's.
    ToTheEnd,
    /// The time is up.
    OutOfTime,
}

impl Worker {
    /// With the bucket and the queue that the environment names.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        let s3 = Arc::new(S3::private_from_environment(environment)?);
        Ok(Self {
            db: Db::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            storage: s3.clone(),
            parts: s3,
            jobs: Arc::new(SqsJobs::from_environment(environment)?),
            limits: Limits::default(),
        })
    }
}

/// Works on each message of a batch. The answer names those that are to come again.
pub async fn handle(worker: &Worker, batch: SqsEvent) -> SqsBatchResponse {
    let mut answer = SqsBatchResponse::default();
    for message in batch.records {
        let job = serde_json::from_str::<Job>(message.body.as_deref().unwrap_or_default());
        let span = tracing::info_span!("message", message_id = message.message_id, job = ?job.as_ref().ok());
        let done = async {
            let done = match job {
                Ok(job) => work(worker, job).await,
                Err(unreadable) => Err(unreadable.into()),
            };
            if let Err(error) = &done {
                tracing::warn!(error = format!("{error:#}"), "a message goes back to the queue");
            }
            done
        };
        if done.instrument(span).await.is_err() {
            answer.add_failure(message.message_id.unwrap_or_default());
        }
    }
    answer
}

/// Goes on with a file, and tells the next worker where the time is up before the file is.
pub async fn work(worker: &Worker, job: Job) -> anyhow::Result<()> {
    anyhow::ensure!(job.v == 1, "only version 1 of a job is known, and this is {}", job.v);
    let until = Instant::now() + worker.limits.with_run;
    let ran = match job.work {
        Work::Import(id) => import::run(worker, id, until).await,
        Work::Export(id) => export::run(worker, id, until).await,
    };
    // Before the answer, with which the sandbox may freeze.
    worker.db.rollback_abandoned().await;
    match ran? {
        RunOutcome::ToTheEnd => Ok(()),
        RunOutcome::OutOfTime => worker.jobs.send(job).await.context("the rest could not be handed on"),
    }
}

/// How far a file is, in a line for people; `None` where there is no such file.
pub async fn progress(worker: &Worker, job: Job) -> anyhow::Result<Option<String>> {
    let mut tx = worker.db.read().await?;
    let line = match job.work {
        Work::Import(id) => imports::find(&mut tx, id).await?.map(|import| {
            let Import { status, bytes_done, bytes, products, bad_rows, .. } = import;
            let TransferCounts { created, updated, unchanged } = products;
            let percent = 100 * bytes_done / bytes.max(1);
            format!("import  {status:?} {percent} %: products {created} created, {updated} updated, {unchanged} unchanged; {bad_rows} bad rows")
        }),
        Work::Export(id) => exports::find(&mut tx, id).await?.map(|export| {
            format!("export  {:?}: {} of {} products", export.status, export.products_done, export.products)
        }),
    };
    tx.commit().await?;
    Ok(line)
}
