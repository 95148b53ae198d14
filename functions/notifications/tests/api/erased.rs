//! A mail whose reader was erased while it was under way.

use shared::mail::ERASED;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nobody_is_told_of_the_order_of_somebody_who_has_been_erased(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let placed = app.an_order().await;
    let mailer = RecordingMailer::new();
    let mut tx = app.app.db.begin().await.unwrap();
    let buyer = sqlx::query_scalar("select user_id from orders").fetch_one(&app.db).await.unwrap();
    assert_eq!(shared::users::store::delete(&mut tx, buyer).await.unwrap(), shared::users::store::Erasure::Done);
    tx.commit().await.unwrap();

    assert!(delivered(&consumer(&app, mailer.clone()), &placed.event).await, "the message is done with");

    assert!(mailer.sent().is_empty());
    assert_eq!(app.count("select count(*) from mail_log").await, 0);
    let kept: String = sqlx::query_scalar("select email from orders").fetch_one(&app.db).await.unwrap();
    assert_eq!(kept, ERASED);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_is_found_by_its_reader_s_account_whatever_the_address(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let placed = app.an_order().await;

    assert!(delivered(&consumer(&app, RecordingMailer::new()), &placed.event).await);

    assert_eq!(app.count("select count(*) from mail_log m join orders o on o.user_id = m.user_id").await, 1);
}
