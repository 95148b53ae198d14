//! The mail consumer: one mail for each message of the queue.
//!
//! The queue delivers a message at least once, and SES sends every mail that it accepts. So a mail is claimed in the mail log before it is
//! sent, and its result is recorded after. docs/mail.md lists the few ways in which a mail can still be sent twice.

mod deliver;
mod letter;
mod mail_limit;
mod mails;
mod record;
mod sender;
mod ses;
mod shop;

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use shared::app::db::Db;
use shared::app::metrics::Metrics;
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng};
use shared::mail::Mailer;
use shared::outbox::Event;
use shared::trace::Trace;
use tokio::time::Instant;
use tracing::Instrument as _;

pub use mails::order_placed::render as order_placed;
pub use ses::Ses;
pub use shop::{Shop, Site};

/// The state of the consumer.
pub struct Notifications {
    /// The database pool.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
    /// Sender of the mails.
    pub mailer: Arc<dyn Mailer>,
    /// Shop in whose name the mails are sent.
    pub shop: Shop,
    /// Limits of time.
    pub limits: Limits,
    /// Writer of metrics.
    pub metrics: Metrics,
}

/// Limits of time for one mail and for one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum time for sending a mail. It is shorter than the duration of a claim.
    pub with_mailer: Duration,
    /// Time of a batch after which no further message is begun. These messages go back to the queue, before Lambda ends the function and all messages
    /// go back.
    pub with_batch: Duration,
    /// Time of a batch after which nothing waits for the database any more; until then, the record of a sent mail is tried. It is shorter than the
    /// function's own timeout, and so than every claim of the batch.
    pub with_database: Duration,
}

impl Default for Limits {
    /// Limits for a mailer that gives up after ten seconds and a function that may run for a minute.
    fn default() -> Self {
        Self {
            with_mailer: Duration::from_secs(15),
            with_batch: Duration::from_secs(35),
            with_database: Duration::from_secs(57),
        }
    }
}

impl Notifications {
    /// Creates the consumer with SES from the environment; `SHOP_NAME`, `STOREFRONT_URL` and `PUBLIC_URL` go into the mails.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            db: Db::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            mailer: Arc::new(Ses::from_environment(environment)?),
            shop: Shop::from_environment(environment, environment.get("PUBLIC_URL"))?,
            limits: Limits::default(),
            metrics: Metrics::from_environment(environment),
        })
    }
}

/// Delivers each message of a batch, one after another, because SES limits its rate. The response names the messages to deliver again;
/// a message that fails every time ends in the dead-letter queue.
pub async fn handle(notifications: &Notifications, batch: SqsEvent) -> SqsBatchResponse {
    let started = Instant::now();
    let mut response = SqsBatchResponse::default();
    for message in batch.records {
        if !process(notifications, &message, started).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    response
}

/// Delivers one message of a batch that was started then; returns false if it must be delivered again. Each of its log lines has the message's id
/// and trace: the batch has another trace, to which X-Ray links those of its messages.
async fn process(notifications: &Notifications, message: &SqsMessage, started: Instant) -> bool {
    let limits = &notifications.limits;
    let event = Event::read(message.body.as_deref().unwrap_or_default());
    let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
    let span = tracing::info_span!(
        "message",
        message_id = message.message_id,
        event_id = event.as_ref().ok().map(|event| event.event_id.to_string()),
        attempt = attribute("ApproximateReceiveCount").and_then(|count| count.parse::<u32>().ok()),
        trace_id = attribute("AWSTraceHeader").and_then(Trace::read).map(Trace::id),
    );
    async {
        let done = match event {
            Ok(event) if started.elapsed() < limits.with_batch => {
                deliver::deliver(notifications, &event, started + limits.with_database).await
            }
            Ok(_) => Err(anyhow::anyhow!("the time for the batch is over")),
            Err(error) => Err(error.into()),
        };
        // Before the response, after which the execution environment may freeze, and before the next message needs the connection.
        notifications.db.rollback_abandoned().await;
        if let Err(error) = &done {
            tracing::warn!(error = format!("{error:#}"), "message returned to the queue");
        }
        done.is_ok()
    }
    .instrument(span)
    .await
}
