//! What was sent long ago is forgotten.

use std::sync::Arc;

use outbox_relay::drain;
use shared::testing::{RecordingQueue, TestApp};
use sqlx::PgPool;

use crate::relay;

const DAY: i64 = 24 * 60 * 60;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn events_are_forgotten_a_week_after_they_were_sent(db: PgPool) {
    let app = TestApp::of_a_job(db);
    app.an_order().await;
    app.clock.advance(5);
    let relay = relay(&app, Arc::new(RecordingQueue::default()));
    drain(&relay).await.unwrap();

    app.clock.advance(7 * DAY);
    drain(&relay).await.unwrap();
    assert_eq!(app.count("select count(*) from outbox").await, 1);

    app.clock.advance(1);
    drain(&relay).await.unwrap();
    assert_eq!(app.count("select count(*) from outbox").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_event_that_was_never_sent_is_never_forgotten(db: PgPool) {
    let app = TestApp::of_a_job(db);
    app.an_order().await;
    app.clock.advance(365 * DAY);

    drain(&relay(&app, Arc::new(shared::testing::BrokenQueue))).await.unwrap();

    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_audit_log_is_kept_for_400_days(db: PgPool) {
    let app = TestApp::of_a_job(db);
    sqlx::query("insert into audit_log (at, kind) values ('2020-01-01', 'old'), ('2026-11-21', 'young')")
        .execute(&app.db)
        .await
        .unwrap();

    drain(&relay(&app, Arc::new(RecordingQueue::default()))).await.unwrap();

    assert_eq!(app.count("select count(*) from audit_log where kind = 'young'").await, 1);
    assert_eq!(app.count("select count(*) from audit_log").await, 1);
}
