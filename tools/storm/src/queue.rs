//! SQS: accepts events over its HTTP protocol and delivers them at least once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use crate::faults::{Fault, Weather};
use crate::seeded::Seeded;

/// Time after which a message that was not deleted is delivered again. In the cloud it is longer than a claim; here messages come again while
/// another consumer still holds them.
const VISIBILITY: Duration = Duration::from_secs(5);

/// The queue of events.
pub struct Queue {
    weather: Arc<Weather>,
    messages: Mutex<Messages>,
    seeded: Mutex<Seeded>,
}

#[derive(Default)]
struct Messages {
    next: u64,
    waiting: BTreeMap<u64, Message>,
}

struct Message {
    body: String,
    receives: u64,
    visible_at: Instant,
}

/// A message that a consumer received, by its id and the number of times it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    id: u64,
    receives: u64,
}

impl Receipt {
    /// Returns the id by which the consumer reports a failure.
    pub fn id(self) -> String {
        self.id.to_string()
    }
}

/// The parts of a request to SQS that are read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    message_body: String,
}

impl Queue {
    /// Creates an empty queue.
    pub fn new(weather: Arc<Weather>, seed: u64) -> Arc<Self> {
        let seeded = Mutex::new(Seeded::new(seed, "queue", 0));
        Arc::new(Self { weather, messages: Mutex::default(), seeded })
    }

    /// Serves the action `SendMessage` of SQS's JSON protocol.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/", post(accept)).with_state(self.clone())
    }

    /// Receives up to `limit` visible messages, the oldest first.
    pub fn receive(&self, limit: usize) -> (SqsEvent, Vec<Receipt>) {
        let now = Instant::now();
        let (mut batch, mut receipts) = (SqsEvent::default(), Vec::new());
        let mut messages = self.messages();
        let visible = messages.waiting.iter_mut().filter(|(_, message)| message.visible_at <= now).take(limit);
        for (&id, message) in visible {
            message.visible_at = now + VISIBILITY;
            message.receives += 1;
            let mut record = SqsMessage::default();
            record.message_id = Some(id.to_string());
            record.body = Some(message.body.clone());
            record.attributes.insert("ApproximateReceiveCount".to_owned(), message.receives.to_string());
            batch.records.push(record);
            receipts.push(Receipt { id, receives: message.receives });
        }
        (batch, receipts)
    }

    /// Deletes a message, unless it was received again since.
    pub fn delete(&self, receipt: Receipt) {
        let mut messages = self.messages();
        if messages.waiting.get(&receipt.id).is_some_and(|message| message.receives == receipt.receives) {
            messages.waiting.remove(&receipt.id);
        }
    }

    /// Returns the number of messages, visible or not.
    pub fn len(&self) -> usize {
        self.messages().waiting.len()
    }

    /// Returns true if there are no messages, visible or not.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn push(&self, body: String) -> u64 {
        let mut messages = self.messages();
        let id = messages.next;
        messages.next += 1;
        messages.waiting.insert(id, Message { body, receives: 0, visible_at: Instant::now() });
        id
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause(&self) -> Duration {
        self.seeded.lock().unwrap_or_else(PoisonError::into_inner).millis(200..3_000)
    }
}

async fn accept(State(queue): State<Arc<Queue>>, body: String) -> Response {
    let Ok(SendMessage { message_body }) = serde_json::from_str(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if queue.weather.strikes(Fault::QueueAway) {
        std::future::pending::<()>().await;
    }
    if queue.weather.strikes(Fault::QueueThrottled) {
        let error = json!({"__type": "com.amazonaws.sqs#RequestThrottled", "message": "Too many requests."});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    if queue.weather.strikes(Fault::QueueLate) {
        sleep(queue.pause()).await;
    }
    if queue.weather.strikes(Fault::QueueTwice) {
        queue.push(message_body.clone());
    }
    Json(json!({"MessageId": queue.push(message_body).to_string()})).into_response()
}
