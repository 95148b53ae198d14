//! The Lambda function `notifications`.

use notifications::{Notifications, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Notifications::from_environment, async |notifications, event| {
        Ok(handle(notifications, event).await)
    })
    .await
}
