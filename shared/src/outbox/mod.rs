//! Events for the queue: written in the transaction of the change that they report, sent after COMMIT.

pub mod store;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::app::db::Db;
use crate::ids::{EventId, OrderId, SignInId, SubscriptionId, UserId};
use crate::time::Timestamp;
use crate::trace::Trace;

/// Maximum wait for the queue after an order is committed: the buyer waits as long.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);

/// Version of the message format that is written and read.
const VERSION: u8 = 1;

/// A message of the queue: `{"v":1,"event_id":…,"kind":"order_placed","order_id":…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of the message format.
    pub v: u8,
    /// Id by which the consumer recognises a message that is delivered twice.
    pub event_id: EventId,
    /// Kind of the event, with its fields.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kinds of events. The name is `outbox.kind`, the fields are `outbox.payload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// An order was placed; the buyer gets a confirmation.
    OrderPlaced {
        /// Id of the order.
        order_id: OrderId,
    },
    /// A visitor registered in a shop that confirms addresses. The owner of the address gets a link, or learns that there is an account already.
    Registered {
        /// Recipient of the mail.
        email: String,
    },
    /// A visitor requested a link that activates their account. As with every link that anyone can request, the event names the address and
    /// not the account, so that neither the response nor its timing shows whether there is an account.
    ActivationRequested {
        /// Recipient, if a registration or an inactive account with this address waits for its activation.
        email: String,
    },
    /// A visitor requested a link that sets another password.
    PasswordResetRequested {
        /// Recipient, if an active account has this address.
        email: String,
    },
    /// A visitor requested a link that sets another email address.
    EmailResetRequested {
        /// Recipient, if an active account has this address.
        email: String,
    },
    /// The email address of an account changed. The old and the new address get a mail each, by an event each.
    EmailChanged {
        /// Id of the account.
        user_id: UserId,
        /// Recipient: the new address, or the old one, which is no longer in the account.
        email: String,
    },
    /// The password of an account changed; its owner gets a mail.
    PasswordChanged {
        /// Id of the account.
        user_id: UserId,
    },
    /// A sign-in came from a network that this account had not used before.
    SignedInFromNewNetwork {
        /// Id of the sign-in.
        sign_in_id: SignInId,
    },
    /// A visitor requested a back-in-stock mail for an address that the request does not prove; its owner gets a link to confirm it.
    BackInStockRequested {
        /// Id of the subscription.
        subscription_id: SubscriptionId,
    },
    /// A variant is in stock again for a subscriber. The event names the subscription and not the address.
    BackInStock {
        /// Id of the subscription.
        subscription_id: SubscriptionId,
    },
}

/// The reasons why a message cannot be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// The message is not JSON, lacks a field or has an unknown kind.
    #[error("the message is not an event: {0}")]
    NotAnEvent(#[from] serde_json::Error),
    /// The message has another version.
    #[error("the message is an event of version {0}; only version {VERSION} is known")]
    UnknownVersion(u8),
}

impl Event {
    /// Creates an event of the current version.
    pub fn new(event_id: EventId, kind: EventKind) -> Self {
        Self { v: VERSION, event_id, kind }
    }

    /// Reads a message of the queue.
    pub fn read(message: &str) -> Result<Self, UnreadableEvent> {
        let event: Self = serde_json::from_str(message)?;
        if event.v == VERSION { Ok(event) } else { Err(UnreadableEvent::UnknownVersion(event.v)) }
    }
}

impl EventKind {
    /// Returns the names of all kinds.
    pub fn all() -> impl Iterator<Item = &'static str> {
        <Self as strum::VariantNames>::VARIANTS.iter().copied()
    }

    /// Returns the name, as in `outbox.kind`.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }
}

/// A queue that accepts events.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Sends an event with the trace that it belongs to; on `Ok` the queue has stored both.
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()>;
}

/// Sends an event whose transaction is committed, and marks it as sent. It is awaited, because an execution environment freezes once it has
/// answered. It is bounded in time and returns no error, because the order is committed and the relay sends what could not be sent here.
pub async fn publish(db: &Db, queue: &dyn Queue, event: &Event, trace: Option<Trace<'_>>, now: Timestamp) {
    let failed = match timeout(QUEUE_TIMEOUT, queue.send(event, trace)).await {
        Ok(Ok(())) => {
            if let Err(error) = store::mark_sent(db, event.event_id, now).await {
                tracing::warn!(event_id = %event.event_id, %error, "event sent but not marked; the relay will send it again");
            }
            return;
        }
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => "the queue did not answer in time".to_owned(),
    };
    tracing::warn!(event_id = %event.event_id, error = failed, "event left to the relay");
    // The trace is stored only now and not in `place_order`, because only the relay needs it and storing it would slow down every sale. If this
    // execution environment dies before, the message gets the relay's own trace, and the event's id still leads to the order.
    if let Some(trace) = trace
        && let Err(error) = store_trace(db, event.event_id, trace).await
    {
        tracing::warn!(event_id = %event.event_id, %error, "trace of an event could not be stored for the relay");
    }
}

async fn store_trace(db: &Db, event: EventId, trace: Trace<'_>) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    store::store_trace(&mut tx, event, trace).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event::new(EventId(uuid::Uuid::nil()), EventKind::OrderPlaced { order_id: OrderId(uuid::Uuid::max()) })
    }

    #[test]
    fn the_message_format_is_stable() {
        let json = r#"{"v":1,"event_id":"00000000-0000-0000-0000-000000000000","kind":"order_placed","order_id":"ffffffff-ffff-ffff-ffff-ffffffffffff"}"#;
        assert_eq!(serde_json::to_string(&event()).unwrap(), json);
        assert_eq!(Event::read(json).unwrap(), event());
    }

    #[test]
    fn the_kind_of_a_message_is_its_name() {
        let Event { kind, .. } = event();
        assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], kind.as_str());
    }

    #[test]
    fn a_message_that_is_not_an_event_is_refused() {
        let good = serde_json::to_string(&event()).unwrap();
        for bad in [
            "",
            "{",
            "null",
            "{}",
            &good.replace("\"v\":1", "\"v\":2"),
            &good.replace("\"v\":1,", ""),
            &good.replace("order_placed", "order_eaten"),
            &good.replace("ffffffff-", "gggggggg-"),
        ] {
            assert!(Event::read(bad).is_err(), "{bad}");
        }
    }
}
