//! Tests of sending due events, each of them once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use outbox_relay::{Drained, Limits, Step, drain, relay_one};
use shared::testing::{RecordingQueue, TestApp};
use sqlx::PgPool;

use crate::relay;

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_checkout_could_not_send_is_sent(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (first, second) = (app.an_order().await, app.an_order().await);
    let queue = Arc::new(RecordingQueue::default());
    app.clock.advance(5);

    let drained = drain(&relay(&app, queue.clone())).await.unwrap();

    assert_eq!(drained, Drained { sent: 2, failed: 0 });
    let sent: HashSet<_> = queue.sent().into_iter().map(|event| event.event_id).collect();
    assert_eq!(sent, HashSet::from([first.event.event_id, second.event.event_id]));
    assert!(queue.sent().contains(&first.event), "whole, as checkout would have sent it");
    assert_eq!(app.count("select count(*) from outbox where sent_at is not null and attempts = 1").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_event_is_its_writers_for_the_first_seconds(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    let relay = relay(&app, Arc::new(RecordingQueue::default()));

    app.clock.advance(4);
    assert_eq!(relay_one(&relay).await.unwrap(), Step::NothingDue);
    app.clock.advance(1);
    assert_eq!(relay_one(&relay).await.unwrap(), Step::Sent);
    assert_eq!(relay_one(&relay).await.unwrap(), Step::NothingDue);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn relays_at_once_send_each_event_once(db: PgPool) {
    let app = TestApp::without_routes(db);
    for _ in 0..20 {
        app.an_order().await;
    }
    app.clock.advance(5);
    let queue = Arc::new(RecordingQueue::default());

    let mut relays = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let relay = relay(&app, queue.clone());
        relays.spawn(async move { drain(&relay).await.unwrap().sent });
    }
    let sent: u32 = relays.join_all().await.into_iter().sum();

    assert_eq!(sent, 20);
    let events: HashSet<_> = queue.sent().into_iter().map(|event| event.event_id).collect();
    assert_eq!((queue.sent().len(), events.len()), (20, 20));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_run_whose_time_is_up_leaves_the_rest_to_the_next(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    app.clock.advance(5);
    let queue = Arc::new(RecordingQueue::default());
    let mut relay = relay(&app, queue.clone());
    relay.limits = Limits { with_run: Duration::ZERO, ..Limits::default() };

    assert_eq!(drain(&relay).await.unwrap(), Drained::default());

    assert_eq!(queue.sent(), []);
    assert_eq!(app.count("select attempts::bigint from outbox").await, 0);
}
