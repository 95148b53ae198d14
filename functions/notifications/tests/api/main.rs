//! Tests of the mail consumer, message by message, with a real database.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod account_mails;
mod back_in_stock;
mod back_in_stock_requested;
mod claims;
mod deliver;
mod erased;
mod errors;
mod frozen;
mod limits;
mod links;
mod mailers;
mod observed;
mod order_placed;
mod outages;
mod ses;
mod wire;

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use notifications::{Limits, Notifications, Shop, Site, handle};
use shared::app::SystemRng;
use shared::ids::EventId;
use shared::mail::Mailer;
use shared::outbox::{Event, EventKind};
use shared::testing::TestApp;

/// Returns a consumer with the test's database.
fn consumer(app: &TestApp, mailer: Arc<dyn Mailer>) -> Notifications {
    Notifications {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        rng: Arc::new(SystemRng),
        mailer,
        shop: shop(),
        limits: Limits::default(),
        metrics: app.app.metrics.clone(),
    }
}

fn shop() -> Shop {
    Shop {
        name: "Corner Shop".to_owned(),
        site: Site::Storefront("https://shop.example.com".to_owned()),
        reset_link_seconds: 3_600,
    }
}

/// Returns a batch of these messages with the ids `m0`, `m1` …
fn batch<'a>(bodies: impl IntoIterator<Item = &'a str>) -> SqsEvent {
    let mut batch = SqsEvent::default();
    for (index, body) in bodies.into_iter().enumerate() {
        let mut message = SqsMessage::default();
        message.message_id = Some(format!("m{index}"));
        message.body = Some(body.to_owned());
        batch.records.push(message);
    }
    batch
}

fn message(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

/// Delivers one event; returns false if it must be delivered again.
async fn delivered(consumer: &Notifications, event: &Event) -> bool {
    failures(&handle(consumer, batch([message(event).as_str()])).await).is_empty()
}

/// Returns an event as `auth` writes it.
fn an_event(app: &TestApp, kind: EventKind) -> Event {
    Event::new(EventId(app.ordered_uuid()), kind)
}

/// Returns the ids of the messages to deliver again.
fn failures(answer: &SqsBatchResponse) -> Vec<&str> {
    answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect()
}

/// Returns status, attempts and error of the mail log's only row.
async fn logged(app: &TestApp) -> (String, i32, Option<String>) {
    sqlx::query_as("select status, attempts, error from mail_log").fetch_one(&app.db).await.unwrap()
}
