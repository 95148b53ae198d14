//! A search by the id of a trace finds the request, the message and the mail, also if the relay sent the message.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_emulation::queue::Spool;
use aws_emulation::queue::consumer::take_batch;
use notifications::{Notifications, Shop, Site};
use outbox_relay::Relay;
use serde_json::{Value, json};
use shared::app::db::Db;
use shared::app::{Rng as _, SystemRng};
use shared::mail::{Mail, Mailer, SendError};
use shared::outbox::Queue;
use shared::testing::{BrokenQueue, RecordedLogs, TestApp};
use sqlx::PgPool;

use crate::a_client;

/// A mailer that accepts and counts every mail.
#[derive(Default)]
struct CountingMailer(Mutex<usize>);

#[async_trait]
impl Mailer for CountingMailer {
    async fn send(&self, _: &Mail) -> Result<String, SendError> {
        let mut taken = self.0.lock().unwrap();
        *taken += 1;
        Ok(format!("ses-{taken}"))
    }
}

/// Places an order in this trace, with this queue.
async fn buy(app: &TestApp, queue: Arc<dyn Queue>, trace_id: &str) {
    let ana = app.a_user().await;
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let client = a_client(app, queue).bearer(&ana.token);
    let client = client.header("x-amzn-trace-id", &format!("Root={trace_id};Parent=53995c3f42cd8ad8;Sampled=1"));
    client.post("/api/v1/orders/", json!({ "cart_id": cart })).await.expect(201);
}

fn a_spool(app: &TestApp) -> Arc<Spool> {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = dir.join(SystemRng.random_uuid().simple().to_string());
    Arc::new(Spool::open(dir, app.clock.clone()).unwrap())
}

fn a_consumer(app: &TestApp, db: Db) -> Notifications {
    Notifications {
        db,
        clock: app.clock.clone(),
        rng: Arc::new(SystemRng),
        mailer: Arc::new(CountingMailer::default()),
        shop: Shop {
            name: "Shop".to_owned(),
            site: Site::Api("http://shop.test".to_owned()),
            reset_link_seconds: 86_400,
        },
        limits: notifications::Limits::default(),
        metrics: app.app.metrics.clone(),
    }
}

/// Lets the consumer handle the one message in the queue.
async fn send_mail(app: &TestApp, spool: &Spool) {
    let consumer = a_consumer(app, app.app.db.clone());
    let taken = take_batch(spool, &async |batch| Ok(notifications::handle(&consumer, batch).await)).await.unwrap();
    assert_eq!(taken, 1);
}

/// Returns the lines that a search by the id of a trace finds, in order.
fn found(logs: &RecordedLogs, trace_id: &str) -> Vec<Value> {
    logs.lines().into_iter().filter(|line| line.to_string().contains(trace_id)).collect()
}

fn messages(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .filter(|line| line["level"] != "TRACE" && line["level"] != "DEBUG")
        .map(|line| line["message"].as_str().unwrap())
        .collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_trace_connects_a_checkout_with_its_mail_through_the_queue(db: PgPool) {
    let (app, logs, trace_id) =
        (TestApp::without_routes(db), RecordedLogs::start(), "1-5759e988-aaaaaaaaaaaaaaaaaaaaaaaa");
    let spool = a_spool(&app);

    buy(&app, spool.clone(), trace_id).await;
    send_mail(&app, &spool).await;

    let lines = found(&logs, trace_id);
    assert_eq!(messages(&lines), ["answered", "mail sent"]);
    let mail = lines.last().unwrap();
    let event: String = sqlx::query_scalar("select id::text from outbox").fetch_one(&app.db).await.unwrap();
    assert_eq!(mail["span"]["event_id"], event);
    assert_eq!((&mail["span"]["attempt"], &mail["span"]["trace_id"]), (&json!(1), &json!(trace_id)));
    assert!(mail["span"]["message_id"].is_string() && mail["order_number"].is_i64(), "{mail}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_trace_connects_a_checkout_with_its_mail_through_the_relay(db: PgPool) {
    let (app, logs, trace_id) =
        (TestApp::without_routes(db), RecordedLogs::start(), "1-5759e988-bbbbbbbbbbbbbbbbbbbbbbbb");
    let spool = a_spool(&app);

    buy(&app, Arc::new(BrokenQueue), trace_id).await;
    app.clock.advance(5);
    let relay = Relay {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        queue: spool.clone(),
        limits: outbox_relay::Limits::default(),
        metrics: app.app.metrics.clone(),
    };
    outbox_relay::drain(&relay).await.unwrap();
    send_mail(&app, &spool).await;

    let lines = found(&logs, trace_id);
    assert_eq!(messages(&lines), ["event left to the relay", "answered", "event sent", "mail sent"]);
    assert_eq!((&lines[2]["attempt"], &lines[2]["event_id"]), (&json!(1), &lines[3]["span"]["event_id"]));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_returned_to_the_queue_is_logged_with_its_ids(db: PgPool) {
    let (app, logs) = (TestApp::without_routes(db), RecordedLogs::start());
    let spool = a_spool(&app);
    let consumer = a_consumer(&app, Db::nowhere());
    let event = app.an_order().await.event;
    spool.send(&event, None).await.unwrap();

    take_batch(&spool, &async |batch| Ok(notifications::handle(&consumer, batch).await)).await.unwrap();

    let lines = logs.with_message("message returned to the queue");
    let line = lines.iter().find(|line| line["span"]["event_id"] == event.event_id.to_string()).unwrap();
    assert_eq!((&line["level"], &line["span"]["attempt"]), (&json!("WARN"), &json!(1)));
    assert!(line["span"]["message_id"].is_string() && line["error"].is_string(), "{line}");
}
