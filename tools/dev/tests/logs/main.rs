//! The log of the whole shop: a line for each request and each message, with ids that connect them, and nothing secret.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod requests;
mod secrets;
mod traces;

use std::sync::Arc;

use auth::{Keys, TotpKeys};
use dev::shop::{Parts, shop};
use serde_json::Value;
use shared::outbox::Queue;
use shared::testing::{Answer, BrokenQueue, Client, MemoryStorage, RecordedLogs, TestApp};
use uploads::Images;

/// Returns a client of the whole shop with the database of the test.
fn a_client(app: &TestApp, queue: Arc<dyn Queue>) -> Client {
    Client::new(shop(Parts {
        app: app.app.clone(),
        keys: Keys { signer: app.signer.clone(), totp: Arc::new(TotpKeys::single(&[7; 32]).unwrap()) },
        queue,
        storage: Arc::new(MemoryStorage::default()),
        images: Images { storage: Arc::new(MemoryStorage::default()), url: "/images".to_owned() },
        jobs: Arc::new(BrokenQueue),
    }))
}

/// Returns the line of the request that got this answer; panics unless there is exactly one.
#[track_caller]
fn line_of(logs: &RecordedLogs, answer: &Answer) -> Value {
    let mut lines = logs.with_message("answered");
    lines.retain(|line| line["span"]["request_id"] == answer.header("x-request-id"));
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    line.clone()
}
