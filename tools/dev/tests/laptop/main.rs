//! What `cargo dev` puts in the place of the cloud: the queue, the mailbox, and the process that serves it all.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod mailbox;
mod mailed_link;
mod openapi;
mod process;
mod queue;
mod sale;
mod serve;
mod storefront;
mod upload;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use shared::app::{Clock, Rng as _, SystemRng};
use shared::testing::START;
use shared::time::Timestamp;

/// A directory that nobody else has. It lies in the target folder, so nobody need clear it away.
fn a_directory() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(SystemRng.random_uuid().simple().to_string());
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Stands still until it is moved on.
struct TestClock(AtomicI64);

impl TestClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START.micros())))
    }

    fn advance(&self, by: std::time::Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
