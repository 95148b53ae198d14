//! The `outbox-relay` Lambda.

use outbox_relay::{Relay, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::app::lambda::run_job(Relay::from_environment, async |relay, _: serde_json::Value| handle(relay).await).await
}
