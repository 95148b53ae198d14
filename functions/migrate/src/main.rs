//! The `migrate` Lambda.

use migrate::{Migrate, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Migrate::from_environment, handle).await
}
