//! The relay, step by step, over a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod drain;
mod failures;
mod observed;

use std::sync::Arc;

use outbox_relay::{Limits, Relay};
use shared::outbox::Queue;
use shared::testing::TestApp;

/// The relay over the test's database.
fn relay(app: &TestApp, queue: Arc<dyn Queue>) -> Relay {
    Relay {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        queue,
        limits: Limits::default(),
        metrics: app.app.metrics.clone(),
    }
}
