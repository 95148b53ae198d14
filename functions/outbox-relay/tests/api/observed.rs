//! Tests of the metrics of a run, and of the trace that a message of the relay belongs to.

use std::sync::Arc;

use outbox_relay::drain;
use shared::app::metrics::Metric;
use shared::testing::{BrokenQueue, RecordingQueue, TestApp};
use sqlx::PgPool;

use crate::relay;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_run_measures_what_still_waits_and_for_how_long(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    app.clock.advance(60);
    app.an_order().await;
    app.clock.advance(30);

    drain(&relay(&app, Arc::new(BrokenQueue))).await.unwrap();
    app.clock.advance(600);
    drain(&relay(&app, Arc::new(RecordingQueue::default()))).await.unwrap();

    assert_eq!(app.metrics.values_of(Metric::OutboxUnsent), [2, 0]);
    assert_eq!(app.metrics.values_of(Metric::OutboxOldestSeconds), [90, 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_belongs_to_the_trace_that_its_row_has_kept(db: PgPool) {
    let app = TestApp::without_routes(db);
    let placed = app.an_order().await;
    sqlx::query("update outbox set trace_header = $1 where id = $2")
        .bind(TRACE)
        .bind(placed.event.event_id)
        .execute(&app.db)
        .await
        .unwrap();
    app.clock.advance(1);
    let without = app.an_order().await;
    app.clock.advance(5);
    let queue = Arc::new(RecordingQueue::default());

    drain(&relay(&app, queue.clone())).await.unwrap();

    assert_eq!(queue.sent(), [placed.event, without.event]);
    assert_eq!(queue.traces(), [Some(TRACE.to_owned()), None]);
}

/// Asked every minute, among a week's worth of what was sent.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn to_measure_the_backlog_no_event_that_was_sent_is_looked_at(db: PgPool) {
    for insert in [
        "insert into outbox (id, kind, payload, created_at, next_attempt_at, sent_at)
         select gen_random_uuid(), 'order_placed', '{}', now(), now(), now() from generate_series(1, 5000)",
        "insert into outbox (id, kind, payload, created_at, next_attempt_at)
         select gen_random_uuid(), 'order_placed', '{}', now(), now() from generate_series(1, 5)",
        "analyze outbox",
    ] {
        sqlx::query(insert).execute(&db).await.unwrap();
    }
    let plan: Vec<String> =
        sqlx::query_scalar("explain select count(*), min(created_at) from outbox where sent_at is null")
            .fetch_all(&db)
            .await
            .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("outbox_unsent") && !plan.contains("Seq Scan"), "{plan}");
}
