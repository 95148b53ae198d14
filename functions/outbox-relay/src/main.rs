//! The `outbox-relay` Lambda.

use outbox_relay::{Relay, drain};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Relay::from_environment, async |relay, _: serde_json::Value| drain(relay).await).await
}
