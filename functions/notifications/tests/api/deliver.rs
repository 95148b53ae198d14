//! Delivery of valid and invalid messages.

use std::time::Duration;

use notifications::{Limits, handle};
use shared::app::{Rng as _, SystemRng};
use shared::ids::{EventId, OrderId};
use shared::outbox::{Event, EventKind};
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{batch, consumer, delivered, failures, logged, message};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_becomes_a_mail_to_its_buyer(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await;
    let mailer = RecordingMailer::new();

    assert!(delivered(&consumer(&app, mailer.clone()), &placed.event).await);

    let sent = mailer.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].to, placed.order.email);
    assert_eq!(sent[0].subject, format!("Your order {} at Corner Shop", placed.order.number));
    let row: (String, String, String, String) =
        sqlx::query_as("select status, kind, recipient, message_id from mail_log").fetch_one(&app.db).await.unwrap();
    assert_eq!(row, ("sent".into(), "order_placed".into(), placed.order.email, "ses-1".into()));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_delivered_twice_is_one_mail(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());

    let message = message(&event);
    assert!(failures(&handle(&consumer, batch([message.as_str(), &message])).await).is_empty());
    app.clock.advance(24 * 60 * 60);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 1, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_message_fails_alone(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (first, last) = (app.an_order().await, app.an_order().await);
    let mailer = RecordingMailer::new();
    let (good, also_good) = (message(&first.event), message(&last.event));
    let newer = good.replace("\"v\":1", "\"v\":2");
    let unknown = good.replace("order_placed", "order_eaten");

    let bodies = [good.as_str(), "{", "", &newer, &unknown, "\0", &also_good];
    let answer = handle(&consumer(&app, mailer.clone()), batch(bodies)).await;

    assert_eq!(failures(&answer), ["m1", "m2", "m3", "m4", "m5"]);
    let to: Vec<String> = mailer.sent().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [first.order.email, last.order.email]);
    assert_eq!(app.count("select count(*) from mail_log").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_missing_order_is_recorded_and_not_tried_again(db: PgPool) {
    let app = TestApp::without_routes(db);
    let nowhere = OrderId(uuid());
    let event = Event::new(EventId(uuid()), EventKind::OrderPlaced { order_id: nowhere });
    let mailer = RecordingMailer::new();

    assert!(delivered(&consumer(&app, mailer.clone()), &event).await);

    assert_eq!(mailer.sent(), []);
    assert_eq!(logged(&app).await, ("failed".into(), 1, Some("the order does not exist".into())));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn messages_without_time_left_go_back_untouched(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::new();
    let mut consumer = consumer(&app, mailer.clone());
    consumer.limits = Limits { with_batch: Duration::ZERO, ..Limits::default() };

    assert!(!delivered(&consumer, &event).await);

    assert_eq!(mailer.sent(), []);
    assert_eq!(app.count("select count(*) from mail_log").await, 0);
}

fn uuid() -> sqlx::types::Uuid {
    SystemRng.random_uuid()
}
