//! Mails that the mailer refuses or may have sent.

use std::sync::Arc;
use std::time::Duration;

use notifications::{Limits, handle};
use shared::app::Clock as _;
use shared::mail::SendError;
use shared::mail::store::resend::resend_failed;
use shared::outbox::Event;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::{RecordingMailer, SilentMailer};
use crate::{batch, consumer, delivered, failures, logged, message};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_throttled_mail_is_delivered_with_the_next_try(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::answering([SendError::Temporary("slower".into())]);
    let consumer = consumer(&app, mailer.clone());

    assert!(!delivered(&consumer, &event).await);
    assert_eq!(logged(&app).await, ("claimed".into(), 1, Some("slower".into())));

    // The clock stands still: if the claim had not been released, it would be busy.
    assert!(delivered(&consumer, &event).await);
    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_refused_mail_is_recorded_and_not_tried_again(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::answering([SendError::Permanent("no such mailbox".into())]);
    let consumer = consumer(&app, mailer.clone());

    assert!(delivered(&consumer, &event).await);
    app.clock.advance(61);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent(), []);
    assert_eq!(logged(&app).await, ("failed".into(), 1, Some("no such mailbox".into())));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_has_failed_is_sent_when_staff_resend_it(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::answering([SendError::Permanent("no such mailbox".into())]);
    let consumer = consumer(&app, mailer.clone());
    assert!(delivered(&consumer, &event).await);

    resend(&app, &event).await;
    assert!(delivered(&consumer, &event).await);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_is_no_longer_due_when_it_is_resent_has_failed_for_that_reason(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::answering([SendError::Permanent("no such mailbox".into())]);
    let consumer = consumer(&app, mailer.clone());
    assert!(delivered(&consumer, &event).await);
    sqlx::query("update orders set email = 'erased@invalid'").execute(&app.db).await.unwrap();

    resend(&app, &event).await;
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent(), []);
    assert_eq!(logged(&app).await, ("failed".into(), 1, Some("the buyer's account was erased".into())));
}

/// Makes a mail due again, as staff do.
async fn resend(app: &TestApp, event: &Event) {
    let mut tx = app.owner.begin().await.unwrap();
    resend_failed(&mut tx, event.event_id, app.clock.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_may_have_been_sent_is_sent_again_when_its_claim_has_ended(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::answering([SendError::Unknown("the line went dead".into())]);
    let consumer = consumer(&app, mailer.clone());

    assert!(!delivered(&consumer, &event).await);
    app.clock.advance(59);
    assert!(!delivered(&consumer, &event).await);
    assert_eq!(mailer.sent(), []);
    assert_eq!(logged(&app).await, ("claimed".into(), 1, Some("the line went dead".into())));

    app.clock.advance(1);
    assert!(delivered(&consumer, &event).await);
    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mailer_that_never_answers_leaves_the_mail_in_doubt(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mut consumer = consumer(&app, Arc::new(SilentMailer::default()));
    consumer.limits = Limits { with_mailer: Duration::from_millis(10), ..Limits::default() };

    assert!(!delivered(&consumer, &event).await);

    let said = "the mailer did not answer in time";
    assert_eq!(logged(&app).await, ("claimed".into(), 1, Some(said.into())));
    let left: f64 = sqlx::query_scalar("select extract(epoch from claimed_until - created_at)::float8 from mail_log")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(left, 60.0, "the claim is kept");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_message_of_a_batch_fails_alone(db: PgPool) {
    let app = TestApp::without_routes(db);
    let orders = [app.an_order().await, app.an_order().await, app.an_order().await];
    let messages = orders.each_ref().map(|order| message(&order.event));
    let mailer = RecordingMailer::answering([SendError::Temporary("slower".into()), SendError::Permanent("no".into())]);

    let answer = handle(&consumer(&app, mailer.clone()), batch(messages.iter().map(String::as_str))).await;

    assert_eq!(failures(&answer), ["m0"]);
    let to: Vec<String> = mailer.sent().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [orders[2].order.email.clone()]);
}
