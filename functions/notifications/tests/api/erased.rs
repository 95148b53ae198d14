//! Mails to users who were erased before delivery.

use shared::mail::{ERASED, SendError};
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered, logged};

async fn erase_the_buyer(app: &TestApp) {
    let mut tx = app.owner.begin().await.unwrap();
    let buyer = sqlx::query_scalar("select user_id from orders").fetch_one(&app.db).await.unwrap();
    assert_eq!(shared::users::store::delete(&mut tx, buyer).await.unwrap(), shared::users::store::Erasure::Done);
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn no_mail_is_sent_about_the_order_of_an_erased_user(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await;
    let mailer = RecordingMailer::new();
    erase_the_buyer(&app).await;

    assert!(delivered(&consumer(&app, mailer.clone()), &placed.event).await, "the message is processed");

    assert!(mailer.sent().is_empty());
    assert_eq!(app.count("select count(*) from mail_log").await, 0);
    let email: String = sqlx::query_scalar("select email from orders").fetch_one(&app.db).await.unwrap();
    assert_eq!(email, ERASED);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_was_claimed_before_its_reader_was_erased_ends_when_the_claim_does(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await;
    let mailer = RecordingMailer::answering([SendError::Unknown("no answer".to_owned())]);
    let consumer = consumer(&app, mailer.clone());
    assert!(!delivered(&consumer, &placed.event).await);
    erase_the_buyer(&app).await;

    assert!(!delivered(&consumer, &placed.event).await, "another attempt may be sending it");
    app.clock.advance(60);
    assert!(delivered(&consumer, &placed.event).await);

    assert_eq!(mailer.sent(), []);
    let reason = "the buyer's account was erased".to_owned();
    assert_eq!(logged(&app).await, ("failed".into(), 1, Some(reason)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_is_found_by_the_account_of_its_reader_with_any_address(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await;

    assert!(delivered(&consumer(&app, RecordingMailer::new()), &placed.event).await);

    assert_eq!(app.count("select count(*) from mail_log m join orders o on o.user_id = m.user_id").await, 1);
}
