//! Events that the outside world is to hear of: written with the thing they tell of, sent after COMMIT.

pub mod store;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::app::db::Db;
use crate::ids::{EventId, NoticeId, OrderId, SignInId, UserId};
use crate::time::Timestamp;
use crate::trace::Trace;

/// How long a buyer may have to wait for the queue after the order stands.
const WAIT_FOR_THE_QUEUE: Duration = Duration::from_secs(1);

/// The version of an event's shape that is written and read.
const VERSION: u8 = 1;

/// What goes over the queue: `{"v":1,"event_id":…,"kind":"order_placed","order_id":…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The version of this shape.
    pub v: u8,
    /// What the consumer remembers, so that a message delivered twice is acted on once.
    pub event_id: EventId,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened, and to what. The name is `outbox.kind`, the rest `outbox.payload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// An order was placed; its buyer gets a confirmation.
    OrderPlaced {
        /// Which.
        order_id: OrderId,
    },
    /// Somebody wants a link that switches their new account on. As with every link that anybody can ask for, the event names the
    /// address and not the account: whether there is one shows neither in the answer nor in the time it takes.
    ActivationAsked {
        /// Where it is to go, if an account that is not active has this address.
        email: String,
    },
    /// Somebody wants a link that lets them choose another password.
    PasswordResetAsked {
        /// Where it is to go, if an active account has this address.
        email: String,
    },
    /// Somebody wants a link that lets them choose another address.
    EmailResetAsked {
        /// Where it is to go, if an active account has this address.
        email: String,
    },
    /// An account has another address. Both hear of it, each by an event of its own.
    EmailChanged {
        /// Which account.
        user_id: UserId,
        /// Who hears of it: the new address or the old one, which is no longer in the account.
        email: String,
    },
    /// An account has another password; its owner hears of it.
    PasswordChanged {
        /// Which account.
        user_id: UserId,
    },
    /// Somebody logged in from where this account was never seen.
    SignedInFromNewPlace {
        /// The sign-in.
        sign_in_id: SignInId,
    },
    /// Something that somebody asked for can be bought again. The event names the request and not the address.
    BackInStock {
        /// The request.
        notice_id: NoticeId,
    },
}

/// Why a message is no event that we know.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// It is no JSON, it lacks something, or it tells of something unknown.
    #[error("the message is no event: {0}")]
    NotAnEvent(#[from] serde_json::Error),
    /// It was written by another version of the shop.
    #[error("the message is an event of version {0}; only version {VERSION} is known")]
    UnknownVersion(u8),
}

impl Event {
    /// An event of the current version.
    pub fn new(event_id: EventId, kind: EventKind) -> Self {
        Self { v: VERSION, event_id, kind }
    }

    /// Reads what came over the queue.
    pub fn read(message: &str) -> Result<Self, UnreadableEvent> {
        let event: Self = serde_json::from_str(message)?;
        if event.v == VERSION { Ok(event) } else { Err(UnreadableEvent::UnknownVersion(event.v)) }
    }
}

impl EventKind {
    /// Its name, as `outbox.kind` has it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OrderPlaced { .. } => "order_placed",
            Self::ActivationAsked { .. } => "activation_asked",
            Self::PasswordResetAsked { .. } => "password_reset_asked",
            Self::EmailResetAsked { .. } => "email_reset_asked",
            Self::EmailChanged { .. } => "email_changed",
            Self::PasswordChanged { .. } => "password_changed",
            Self::SignedInFromNewPlace { .. } => "signed_in_from_new_place",
            Self::BackInStock { .. } => "back_in_stock",
        }
    }
}

/// Where events go.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Hands one event over, and the trace that it belongs to; on `Ok` the queue keeps both.
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()>;
}

/// Sends an event whose transaction has been committed, and marks it as sent. Awaited, because a sandbox freezes when it has
/// answered; bounded and without an error, because the order stands and the relay sends what could not be sent here.
pub async fn publish(db: &Db, queue: &dyn Queue, event: &Event, trace: Option<Trace<'_>>, now: Timestamp) {
    let failed = match timeout(WAIT_FOR_THE_QUEUE, queue.send(event, trace)).await {
        Ok(Ok(())) => {
            if let Err(error) = store::mark_sent(db, event.event_id, now).await {
                tracing::warn!(event_id = %event.event_id, %error, "an event was sent but not marked; the relay will repeat it");
            }
            return;
        }
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => "the queue did not answer in time".to_owned(),
    };
    tracing::warn!(event_id = %event.event_id, error = failed, "left to the relay");
    // Only now, and not in `place_order`: the trace is wanted where the relay sends, and a sale does not pay for it. Where this
    // sandbox dies before it gets here, the message belongs to the relay's own trace, and the event's id leads to the order.
    if let Some(trace) = trace
        && let Err(error) = keep_trace(db, event.event_id, trace).await
    {
        tracing::warn!(event_id = %event.event_id, %error, "the relay will not know the trace of an event");
    }
}

async fn keep_trace(db: &Db, event: EventId, trace: Trace<'_>) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    store::keep_trace(&mut tx, event, trace).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event::new(EventId(uuid::Uuid::nil()), EventKind::OrderPlaced { order_id: OrderId(uuid::Uuid::max()) })
    }

    #[test]
    fn an_event_looks_the_same_on_the_wire_for_ever() {
        let json = r#"{"v":1,"event_id":"00000000-0000-0000-0000-000000000000","kind":"order_placed","order_id":"ffffffff-ffff-ffff-ffff-ffffffffffff"}"#;
        assert_eq!(serde_json::to_string(&event()).unwrap(), json);
        assert_eq!(Event::read(json).unwrap(), event());
    }

    #[test]
    fn the_name_of_an_event_is_the_one_on_the_wire() {
        let Event { kind, .. } = event();
        assert_eq!(serde_json::to_value(&kind).unwrap()["kind"], kind.as_str());
    }

    #[test]
    fn what_is_no_event_of_ours_is_refused() {
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
