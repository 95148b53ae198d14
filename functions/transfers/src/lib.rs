//! Imports and exports of products in the background: `/api/v1/catalogue/imports/` and `/api/v1/catalogue/exports/`.

mod cancel_export;
mod cancel_import;
mod create_export;
mod create_import;
mod get_export;
mod get_import;
mod import_permissions;
mod list_exports;
mod list_import_errors;
mod list_imports;
mod list_skipped_products;
mod start_import;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use shared::app::{App, Environment};
use shared::aws::{S3, SqsJobs};
use shared::storage::Storage;
use shared::transfers::{Job, JobQueue};
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Maximum time that a request waits for the queue after its transaction.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);

/// State of the handlers.
#[derive(Clone, FromRef)]
pub struct TransfersState {
    /// State that every function has.
    pub app: App,
    /// Storage of the files.
    pub storage: Arc<dyn Storage>,
    /// Queue of `transfer-worker`.
    pub jobs: Arc<dyn JobQueue>,
}

impl TransfersState {
    /// Uses the bucket and the queue that the environment names.
    pub fn from_environment(app: App, environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            app,
            storage: Arc::new(S3::private_from_environment(environment)?),
            jobs: Arc::new(SqsJobs::from_environment(environment)?),
        })
    }

    /// Sends a message to the worker. A failure is only logged: the transfer is in the database, and `scheduler` sends the message within minutes.
    async fn send_job(&self, job: Job) {
        match timeout(QUEUE_TIMEOUT, self.jobs.send(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(?job, error = format!("{error:#}"), "job left to the scheduler"),
            Err(_) => tracing::warn!(?job, "the queue did not answer in time; job left to the scheduler"),
        }
    }
}

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<TransfersState> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(list_imports::list_imports, create_import::create_import))
        .routes(routes!(get_import::get_import))
        .routes(routes!(start_import::start_import))
        .routes(routes!(cancel_import::cancel_import))
        .routes(routes!(list_import_errors::list_import_errors))
        .routes(routes!(list_exports::list_exports, create_export::create_export))
        .routes(routes!(get_export::get_export))
        .routes(routes!(cancel_export::cancel_export))
        .routes(routes!(list_skipped_products::list_skipped_products))
}
