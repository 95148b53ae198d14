//! Runs imports and exports of products: a message names one, and the worker continues it until it ends or the time is up. If it did not end,
//! the worker sends a message for the next run.
//!
//! The position in a file is in the row of the import or export, and is updated in the transaction that saves a chunk. So a worker may be killed
//! at any time, and a message may come twice or late: the next worker that leases the file continues at its position.

mod export;
mod import;
mod scan;
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

/// State of the worker.
pub struct Worker {
    /// Connections to the database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
    /// Storage of the files.
    pub storage: Arc<dyn Storage>,
    /// Storage in which exports are written part by part.
    pub parts: Arc<dyn Parts>,
    /// Queue for the message of the next run.
    pub jobs: Arc<dyn JobQueue>,
    /// Limits of a run.
    pub limits: Limits,
}

/// Limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum time of a run: no chunk is started after that, and the next run continues.
    pub run_time: Duration,
    /// Bytes of an import's file that are read at once. Doubled as often as needed if a single product is larger.
    pub window: u64,
}

impl Default for Limits {
    /// Limits of a function that may run for two minutes. A chunk takes about a second, and may be tried several times.
    fn default() -> Self {
        Self { run_time: Duration::from_secs(60), window: 8 * 1024 * 1024 }
    }
}

/// Outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunOutcome {
    /// Nothing is left to do for this worker: the transfer has ended, or another worker holds it.
    Finished,
    /// The time is up before the transfer ended.
    OutOfTime,
}

impl Worker {
    /// Uses the bucket and the queue that the environment names.
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

/// Processes each message of a batch. Returns the messages that failed, which the queue delivers again.
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
                tracing::warn!(error = format!("{error:#}"), "message returned to the queue");
            }
            done
        };
        if done.instrument(span).await.is_err() {
            answer.add_failure(message.message_id.unwrap_or_default());
        }
    }
    answer
}

/// Continues a transfer, and sends a message for the next run if the time is up before the transfer ends.
pub async fn work(worker: &Worker, job: Job) -> anyhow::Result<()> {
    anyhow::ensure!(job.v == 1, "version {} of a job is unknown", job.v);
    let until = Instant::now() + worker.limits.run_time;
    let outcome = match job.work {
        Work::Import(id) => import::run(worker, id, until).await,
        Work::Export(id) => export::run(worker, id, until).await,
    };
    // Before the answer, after which Lambda may freeze the execution environment.
    worker.db.rollback_abandoned().await;
    match outcome? {
        RunOutcome::Finished => Ok(()),
        RunOutcome::OutOfTime => worker.jobs.send(job).await.context("the message of the next run could not be sent"),
    }
}

/// Describes the progress of a transfer in one line for people; `None` if it does not exist.
pub async fn progress(worker: &Worker, job: Job) -> anyhow::Result<Option<String>> {
    let mut tx = worker.db.read().await?;
    let line = match job.work {
        Work::Import(id) => imports::find(&mut tx, id).await?.map(|import| {
            let Import { status, bytes_done, bytes, products, variants_removed, images_removed, rows_failed, .. } = import;
            let TransferCounts { created, updated, unchanged } = products;
            let percent = 100 * bytes_done / bytes.max(1);
            format!("import  {status:?} {percent} %: products {created} created, {updated} updated, {unchanged} unchanged; {variants_removed} variants and {images_removed} images removed; {rows_failed} rows failed")
        }),
        Work::Export(id) => exports::find(&mut tx, id).await?.map(|export| {
            format!("export  {:?}: {} of {} products", export.status, export.products_done, export.products)
        }),
    };
    tx.commit().await?;
    Ok(line)
}
