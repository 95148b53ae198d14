//! The Lambda function `notifications`.

use notifications::{Notifications, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Notifications::from_environment, async |jobs, event| Ok(handle(jobs, event).await))
        .await
}
