//! The queue, the mailbox and the storage behave like SQS, SES and S3.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod mailbox;
mod queue;
mod storage;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use shared::app::{Clock, Rng as _, SystemRng};
use shared::testing::START;
use shared::time::Timestamp;

/// Creates an empty folder in the target folder; nothing deletes it.
fn a_directory() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(SystemRng.random_uuid().simple().to_string());
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// A clock that moves only when the test advances it.
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
