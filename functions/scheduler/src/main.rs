//! The `scheduler` Lambda.

use scheduler::{Scheduler, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Scheduler::from_environment, async |scheduler, _: serde_json::Value| {
        handle(scheduler).await
    })
    .await
}
