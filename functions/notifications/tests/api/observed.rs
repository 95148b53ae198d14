//! The metrics of the consumer.

use shared::app::metrics::Metric;
use shared::mail::SendError;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_accepted_mail_counts_once(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let consumer = consumer(&app, RecordingMailer::answering([SendError::Temporary("slower".into())]));

    assert!(!delivered(&consumer, &event).await);
    assert_eq!(app.metrics.values_of(Metric::MailsSent), Vec::<i64>::new());
    assert!(delivered(&consumer, &event).await);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(app.metrics.values_of(Metric::MailsSent), [1]);
    assert_eq!(
        app.metrics.values_of(Metric::MailsFailed),
        Vec::<i64>::new(),
        "a message that is delivered again has not failed for good"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_failed_for_good_counts_once(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let consumer = consumer(&app, RecordingMailer::answering([SendError::Permanent("no such mailbox".into())]));

    assert!(delivered(&consumer, &event).await);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(app.metrics.values_of(Metric::MailsFailed), [1]);
    assert_eq!(app.metrics.values_of(Metric::MailsSent), Vec::<i64>::new());
}
