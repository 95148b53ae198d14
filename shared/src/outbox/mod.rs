//! Events that the outside world is to hear of: written with the thing they tell of, sent after COMMIT.

pub mod store;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::app::db::Db;
use crate::ids::{EventId, OrderId};
use crate::time::Timestamp;

/// How long a buyer may have to wait for the queue after the order stands.
const WAIT_FOR_THE_QUEUE: Duration = Duration::from_secs(1);

/// What goes over the queue: `{"v":1,"event_id":…,"kind":"order_placed","order_id":…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of this shape.
    pub v: u8,
    /// What the consumer remembers, so that a message delivered twice is acted on once.
    pub event_id: EventId,
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
}

/// What happened, and to what. The name is `outbox.kind`, the rest `outbox.payload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// An order was placed; its buyer gets a confirmation.
    OrderPlaced {
        /// Which.
        order_id: OrderId,
    },
}

impl Event {
    /// An event of the current version.
    pub fn new(event_id: EventId, happened: Happened) -> Self {
        Self { v: 1, event_id, happened }
    }
}

/// Where events go.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Hands one event over; on `Ok` the queue keeps it.
    async fn send(&self, event: &Event) -> anyhow::Result<()>;
}

/// Sends an event whose transaction has been committed, and marks it as sent. Awaited, because a sandbox freezes when it has
/// answered; bounded and without an error, because the order stands and the relay sends what could not be sent here.
pub async fn announce(db: &Db, queue: &dyn Queue, event: &Event, now: Timestamp) {
    match timeout(WAIT_FOR_THE_QUEUE, queue.send(event)).await {
        Ok(Ok(())) => {
            if let Err(error) = store::mark_sent(db, event.event_id, now).await {
                tracing::warn!(event_id = %event.event_id, %error, "an event was sent but not marked; the relay will repeat it");
            }
        }
        Ok(Err(error)) => tracing::warn!(event_id = %event.event_id, error = format!("{error:#}"), "left to the relay"),
        Err(_) => {
            tracing::warn!(event_id = %event.event_id, error = "the queue did not answer in time", "left to the relay")
        }
    }
}
