//! The scheduler's jobs over a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod delete;
mod delete_carts;
mod notify_back_in_stock;
mod resend_mails;
mod resume_transfers;
mod run;

use std::sync::Arc;

use scheduler::{Limits, Run, Scheduler};
use shared::app::SystemRng;
use shared::testing::{RecordingJobs, TestApp};

/// A scheduler over the test's database. Every list with a product is large for it.
fn scheduler(app: &TestApp) -> Scheduler {
    Scheduler {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        rng: Arc::new(SystemRng),
        transfers: Arc::new(RecordingJobs::default()),
        limits: Limits { large_list: 1, ..Limits::default() },
    }
}

/// One run in which every job succeeds.
async fn run(scheduler: &Scheduler) -> Run {
    let run = scheduler::run(scheduler).await;
    assert!(run.failed.is_empty(), "{run:?}");
    run
}
