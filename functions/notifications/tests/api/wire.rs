//! The JSON format of a batch and of its response.

use aws_lambda_events::event::sqs::SqsEvent;
use notifications::handle;
use serde_json::json;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, message};

/// Returns a record as SQS and Lambda write it.
fn record(id: &str, body: &str) -> serde_json::Value {
    json!({
        "messageId": id,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795329531000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1795329531005"
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:shop-order-events",
        "awsRegion": "eu-central-1"
    })
}

async fn answer(app: &TestApp, records: serde_json::Value) -> serde_json::Value {
    let batch: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
    serde_json::to_value(handle(&consumer(app, RecordingMailer::new()), batch).await).unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_delivered_batch_has_no_failures(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;

    let answer = answer(&app, json!([record("059f36b4-87a3-44ab-83d2-661975830a7d", &message(&event))])).await;

    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(app.count("select count(*) from mail_log where status = 'sent'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn failed_messages_are_named_by_their_id(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;

    let answer = answer(&app, json!([record("a", "poison"), record("b", &message(&event)), record("c", "{}")])).await;

    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}));
}
