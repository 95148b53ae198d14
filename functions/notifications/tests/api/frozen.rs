//! A consumer that is frozen between its claim and the mail, for longer than its claim lasts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use notifications::Notifications;
use shared::app::Clock;
use shared::outbox::Event;
use shared::testing::{TestApp, TestClock, service_db};
use shared::time::Timestamp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered, logged};

/// Readings of the clock until the claim is committed.
const CLAIMED: usize = 2;
/// Readings of the clock until the database has confirmed the claim.
const CONFIRMED: usize = 3;

/// The clock of a process that is frozen when it reads the time after this many readings, for as long as this takes.
struct FreezingClock {
    clock: Arc<TestClock>,
    readings_left: AtomicUsize,
    frozen: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl FreezingClock {
    fn after(readings: usize, clock: &Arc<TestClock>, frozen: impl FnOnce() + Send + 'static) -> Arc<Self> {
        let frozen: Box<dyn FnOnce() + Send> = Box::new(frozen);
        Arc::new(Self {
            clock: clock.clone(),
            readings_left: AtomicUsize::new(readings + 1),
            frozen: Mutex::new(Some(frozen)),
        })
    }
}

impl Clock for FreezingClock {
    fn now(&self) -> Timestamp {
        if self.readings_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.frozen.lock().unwrap().take().unwrap()();
        }
        self.clock.now()
    }
}

/// A clock that is a minute ahead.
struct AMinuteLater(Arc<TestClock>);

impl Clock for AMinuteLater {
    fn now(&self) -> Timestamp {
        self.0.now().plus_seconds(60)
    }
}

/// Lets another consumer deliver the event while this thread stands still.
fn deliver_elsewhere(other: &Notifications, event: &Event) {
    std::thread::scope(|threads| {
        let delivery = threads.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            assert!(runtime.block_on(delivered(other, event)));
        });
        delivery.join().unwrap();
    });
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_consumer_that_was_frozen_past_its_claim_does_not_send(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    for (readings, seconds) in [(CLAIMED, 60), (CONFIRMED, 60), (CLAIMED, 46), (CONFIRMED, 46)] {
        let (mailer, clock) = (RecordingMailer::new(), app.clock.clone());
        let freezing = FreezingClock::after(readings, &app.clock, move || clock.advance(seconds));
        let frozen = Notifications { clock: freezing, ..consumer(&app, mailer.clone()) };

        assert!(!delivered(&frozen, &event).await, "{readings} {seconds}");
        assert_eq!(mailer.sent(), [], "{readings} {seconds}");

        app.clock.advance(60);
        assert!(delivered(&consumer(&app, mailer.clone()), &event).await);
        assert_eq!(mailer.sent().len(), 1);
        assert_eq!(logged(&app).await, ("sent".into(), 2, None));
        sqlx::query("delete from mail_log").execute(&app.db).await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_short_freeze_stops_no_mail(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let (mailer, clock) = (RecordingMailer::new(), app.clock.clone());
    let freezing = FreezingClock::after(CLAIMED, &app.clock, move || clock.advance(45));

    assert!(delivered(&Notifications { clock: freezing, ..consumer(&app, mailer.clone()) }, &event).await);

    assert_eq!(mailer.sent().len(), 1);
}

/// The clock of a machine that is frozen as a whole may stand still, so only the number of the claim tells that another consumer has the mail.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_consumer_whose_mail_was_sent_by_another_while_it_was_frozen_does_not_send(db: PgPool) {
    let app = TestApp::without_routes(db);
    let event = app.an_order().await.event;
    let mailer = RecordingMailer::new();
    let other = Notifications {
        db: service_db(&app.db),
        clock: Arc::new(AMinuteLater(app.clock.clone())),
        ..consumer(&app, mailer.clone())
    };
    let of_other = event.clone();
    let freezing = FreezingClock::after(CLAIMED, &app.clock, move || deliver_elsewhere(&other, &of_other));

    assert!(!delivered(&Notifications { clock: freezing, ..consumer(&app, mailer.clone()) }, &event).await);

    assert_eq!(mailer.sent().len(), 1);
    assert_eq!(logged(&app).await, ("sent".into(), 2, None));
}
