//! Several consumers at once, and consumers that crash.

use std::sync::Arc;

use async_trait::async_trait;
use notifications::handle;
use shared::mail::SendError;
use shared::testing::{TestApp, TestClock};
use sqlx::PgPool;

use crate::mailers::{AsyncMeddler, Interfering, RecordingMailer, SilentMailer};
use crate::{batch, consumer, delivered, logged, message};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn many_consumers_at_once_send_one_mail(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::new();
    let consumer = Arc::new(consumer(&app, mailer.clone()));

    let mut deliveries = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (consumer, event) = (consumer.clone(), event.clone());
        deliveries.spawn(async move { delivered(&consumer, &event).await });
    }
    let done = deliveries.join_all().await;

    assert_eq!(mailer.sent().len(), 1);
    assert!(done.contains(&true), "{done:?}");
    assert_eq!(logged(&app).await, ("sent".into(), 1, None));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_message_returns_to_the_queue_while_another_consumer_holds_the_claim(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let silent = Arc::new(SilentMailer::default());
    let (first, mailer) = (consumer(&app, silent.clone()), RecordingMailer::new());
    let body = message(&event);

    tokio::select! {
        _ = handle(&first, batch([body.as_str()])) => panic!("a silent mailer does not answer"),
        () = silent.has_it.notified() => {}
    }
    // The first consumer crashed before or after SES's response; only its claim is left.
    let second = consumer(&app, mailer.clone());
    assert!(!delivered(&second, &event).await);
    assert_eq!(mailer.sent(), []);

    app.clock.advance(60);
    assert!(delivered(&second, &event).await);
    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}

/// Lets the claim expire and another consumer deliver.
struct SlowerThanItsClaim {
    clock: Arc<TestClock>,
    other: notifications::Notifications,
    body: String,
}

#[async_trait]
impl AsyncMeddler for SlowerThanItsClaim {
    async fn meddle(&self) {
        self.clock.advance(60);
        handle(&self.other, batch([self.body.as_str()])).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_consumer_whose_claim_has_expired_changes_nothing(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    for error in [SendError::Temporary("slower".into()), SendError::Permanent("no".into())] {
        sqlx::query("delete from mail_log").execute(&app.db).await.unwrap();
        let late = RecordingMailer::answering([error]);
        // The other consumer does not know whether its mail was sent, so its claim must stay.
        let other = consumer(&app, RecordingMailer::answering([SendError::Unknown("dead".into())]));
        let meddler = SlowerThanItsClaim { clock: app.clock.clone(), other, body: message(&event) };

        handle(&consumer(&app, Arc::new(Interfering(meddler, late))), batch([message(&event).as_str()])).await;

        assert_eq!(logged(&app).await, ("claimed".into(), 2, Some("dead".into())));
        let busy = consumer(&app, RecordingMailer::new());
        assert!(!delivered(&busy, &event).await);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_failed_record_is_repeated_so_that_the_mail_is_not(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    // A sequence keeps its number when the transaction is rolled back: the first record fails, the second does not.
    sqlx::raw_sql(
        "create sequence marks;
         create function fail_first() returns trigger language plpgsql security definer as $$
         begin
             if nextval('marks') = 1 then raise exception 'the server is shutting down'; end if;
             return new;
         end $$;
         create trigger fail_first before update on mail_log for each row execute function fail_first()",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let mailer = RecordingMailer::new();
    let consumer = consumer(&app, mailer.clone());

    assert!(delivered(&consumer, &event).await);
    app.clock.advance(60);
    assert!(delivered(&consumer, &event).await);

    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(app.count("select last_value from marks").await, 2);
}
