//! Mails that the queue has given up are sent again.

use scheduler::TimedJob;
use shared::app::Clock as _;
use shared::ids::EventId;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{run, scheduler};

const HOUR: i64 = 60 * 60;

/// Writes into the log that a consumer has just tried to send the mail, and into the outbox that the queue has the event.
async fn tried_now(app: &TestApp, event: EventId) {
    sqlx::query(
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, error, created_at)
         values ($1, 'order_placed', 'ana@example.com', 'claimed', $2, 'slower', $2)
         on conflict (event_id) do update set claimed_until = excluded.claimed_until",
    )
    .bind(event)
    .bind(app.clock.now())
    .execute(&app.db)
    .await
    .unwrap();
    sent_to_the_queue(app, event).await;
}

async fn sent_to_the_queue(app: &TestApp, event: EventId) {
    sqlx::query("update outbox set sent_at = $2 where id = $1")
        .bind(event)
        .bind(app.clock.now())
        .execute(&app.db)
        .await
        .unwrap();
}

async fn resent(app: &TestApp) -> u64 {
    run(&scheduler(app)).await.done[&TimedJob::ResendMails]
}

/// Counts the events that the relay would send now.
async fn due(app: &TestApp) -> i64 {
    sqlx::query_scalar(
        "select count(*) from outbox where sent_at is null and next_attempt_at <= $1 and created_at = $1",
    )
    .bind(app.clock.now())
    .fetch_one(&app.db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_nobody_has_tried_to_send_for_an_hour_is_due_again(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event.event_id;
    tried_now(&app, event).await;
    app.clock.advance(HOUR);
    assert_eq!((resent(&app).await, due(&app).await), (0, 0), "the queue may still have it");

    app.clock.advance(1);
    assert_eq!((resent(&app).await, due(&app).await), (1, 1));
    assert_eq!(resent(&app).await, 0, "it waits for the relay");

    sent_to_the_queue(&app, event).await;
    app.clock.advance(HOUR);
    assert_eq!(resent(&app).await, 0, "its message may be on its way");
    app.clock.advance(1);
    assert_eq!(resent(&app).await, 1, "nobody has received it");

    tried_now(&app, event).await;
    app.clock.advance(HOUR);
    assert_eq!(resent(&app).await, 0, "it was tried again");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_mail_that_could_not_be_sent_for_three_days_has_failed(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event.event_id;
    tried_now(&app, event).await;
    app.clock.advance(72 * HOUR);
    tried_now(&app, event).await;
    app.clock.advance(HOUR + 1);

    assert_eq!((resent(&app).await, due(&app).await), (1, 0));

    let row: (String, Option<String>) =
        sqlx::query_as("select status, error from mail_log").fetch_one(&app.db).await.unwrap();
    assert_eq!(row, ("failed".into(), Some("slower".into())));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn mails_that_are_done_are_left_alone(db: PgPool) {
    let app = TestApp::without_routes(db);
    for status in ["sent", "failed"] {
        let event = app.an_order().await.event.event_id;
        tried_now(&app, event).await;
        sqlx::query("update mail_log set status = $2, finished_at = created_at where event_id = $1")
            .bind(event)
            .bind(status)
            .execute(&app.db)
            .await
            .unwrap();
    }
    app.clock.advance(2 * HOUR);
    assert_eq!((resent(&app).await, due(&app).await), (0, 0));
    app.clock.advance(80 * HOUR);
    assert_eq!((resent(&app).await, due(&app).await), (0, 0));
}
