//! The `transfer-worker` Lambda.

use transfer_worker::{Worker, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Worker::from_environment, async |worker, batch| Ok(handle(worker, batch).await)).await
}
