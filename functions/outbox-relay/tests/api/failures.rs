//! Queues that are down or silent, and rows that are not events.

use std::sync::Arc;
use std::time::Duration;

use outbox_relay::{Drained, Limits, Step, drain, relay_one};
use shared::testing::{BrokenQueue, RecordingQueue, SilentQueue, TestApp};
use sqlx::PgPool;

use crate::relay;

/// The only event: how often it was tried, how many seconds it waits from now, and its last error.
async fn event(app: &TestApp) -> (i32, f64, Option<String>) {
    sqlx::query_as(
        "select attempts, extract(epoch from next_attempt_at - $1)::float8, last_error from outbox where sent_at is null",
    )
    .bind(shared::app::Clock::now(&*app.clock))
    .fetch_one(&app.db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_broken_queue_leaves_the_order_and_counts_the_attempts(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    let broken = relay(&app, Arc::new(BrokenQueue));
    app.clock.advance(5);

    for (attempts, wait) in [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 480), (7, 600), (8, 600)] {
        assert_eq!(drain(&broken).await.unwrap(), Drained { sent: 0, failed: 1 });
        let said = "the queue is down".to_owned();
        assert_eq!(event(&app).await, (attempts, f64::from(wait), Some(said)));
        app.clock.advance(i64::from(wait) - 1);
        assert_eq!(relay_one(&broken).await.unwrap(), Step::NothingDue, "not before its time");
        app.clock.advance(1);
    }
    assert_eq!(app.count("select count(*) from orders").await, 1);

    let queue = Arc::new(RecordingQueue::default());
    assert_eq!(drain(&relay(&app, queue.clone())).await.unwrap(), Drained { sent: 1, failed: 0 });
    assert_eq!(queue.sent().len(), 1);
    assert_eq!(app.count("select count(*) from outbox where attempts = 9 and last_error is null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_silent_queue_is_not_waited_for(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    app.clock.advance(5);
    let mut silent = relay(&app, Arc::new(SilentQueue));
    silent.limits = Limits { with_queue: Duration::from_millis(10), ..Limits::default() };

    assert_eq!(relay_one(&silent).await.unwrap(), Step::Failed);

    assert_eq!(event(&app).await, (1, 15.0, Some("the queue did not answer in time: deadline has elapsed".into())));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_that_is_not_an_event_does_not_delay_the_others(db: PgPool) {
    let app = TestApp::without_routes(db);
    let unreadable = app.an_order().await.event.event_id;
    let good = app.an_order().await.event;
    sqlx::query("update outbox set payload = '{\"order\": 7}', next_attempt_at = 'epoch' where id = $1")
        .bind(unreadable)
        .execute(&app.db)
        .await
        .unwrap();
    app.clock.advance(5);
    let queue = Arc::new(RecordingQueue::default());

    assert_eq!(drain(&relay(&app, queue.clone())).await.unwrap(), Drained { sent: 1, failed: 1 });

    assert_eq!(queue.sent(), [good]);
    let (attempts, wait, error) = event(&app).await;
    assert_eq!((attempts, wait), (1, 15.0));
    assert!(error.unwrap().starts_with("the row is not an event: missing field `order_id`"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_relay_that_dies_leaves_its_event_to_a_later_run(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await.event;
    app.clock.advance(5);
    // Dropped while the queue has it: nobody can say whether it arrived.
    let dying = relay(&app, Arc::new(SilentQueue));
    assert!(tokio::time::timeout(Duration::from_millis(300), relay_one(&dying)).await.is_err());

    let queue = Arc::new(RecordingQueue::default());
    let other = relay(&app, queue.clone());
    assert_eq!(relay_one(&other).await.unwrap(), Step::NothingDue);
    app.clock.advance(15);
    assert_eq!(relay_one(&other).await.unwrap(), Step::Sent);
    assert_eq!(queue.sent(), [placed]);
}
