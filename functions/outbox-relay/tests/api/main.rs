//! The relay, step by step, over a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod abandoned;
mod drain;
mod failures;
mod forget;
mod observed;
mod tell_of_stock;

use std::sync::Arc;

use outbox_relay::{Limits, Relay};
use shared::app::SystemRng;
use shared::outbox::Queue;
use shared::testing::{BrokenQueue, TestApp};

/// The relay over the test's database.
fn relay(app: &TestApp, queue: Arc<dyn Queue>) -> Relay {
    Relay {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        rng: Arc::new(SystemRng),
        queue,
        jobs: Arc::new(BrokenQueue),
        limits: Limits::default(),
        metrics: app.app.metrics.clone(),
    }
}
