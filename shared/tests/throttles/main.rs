//! Limits under concurrency.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::time::Duration;

use shared::app::Clock as _;
use shared::app::db::Tx;
use shared::testing::TestApp;
use shared::throttles::{Limit, Subject, store};
use shared::time::Timestamp;
use shared::users::ClientInfo;
use shared::users::store::log_in::{self, Attempt};
use sqlx::PgPool;

fn client(last: u8) -> Subject {
    Subject::client(&ClientInfo { address: Some([203, 0, 113, last].into()), ..ClientInfo::default() })
}

async fn count(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> Option<u32> {
    store::count(tx, limit, subject, now).await.unwrap()
}

/// One transaction deletes what was counted for Ana. Ana's must wait for it; then the first goes on to a client whose count has also
/// expired, and must not wait for Ana.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn counting_and_deleting_expired_counts_never_deadlocks(db: PgPool) {
    let app = TestApp::without_routes(db);
    let [ana, ben, eve] = ["ana", "ben", "eve"].map(Subject::email);
    // In the order in which they expire.
    for (limit, subject, later) in [
        (Limit::LogInAs, &ana, 1),
        (Limit::LogInAs, &ben, 86_300),
        (Limit::LogInFrom, &client(1), 1),
        (Limit::LogInFrom, &client(2), 1),
    ] {
        let mut tx = app.app.db.begin().await.unwrap();
        count(&mut tx, limit, subject, app.clock.now()).await;
        tx.commit().await.unwrap();
        app.clock.advance(later);
    }
    app.clock.advance(2 * 86_400);
    let now = app.clock.now();

    let mut eves = app.app.db.begin().await.unwrap();
    count(&mut eves, Limit::LogInAs, &eve, now).await;
    let db = app.app.db.clone();
    let anas = tokio::spawn(async move {
        let mut tx = db.begin().await.unwrap();
        let wait = count(&mut tx, Limit::LogInAs, &ana, now).await;
        tx.commit().await.unwrap();
        wait
    });
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let blocked = async {
        while app.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), blocked).await.unwrap();
    assert_eq!(count(&mut eves, Limit::LogInFrom, &client(1), now).await, None);
    eves.commit().await.unwrap();
    assert_eq!(anas.await.unwrap(), None);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attempt_that_is_rolled_back_is_not_counted(db: PgPool) {
    let app = TestApp::without_routes(db);
    let subject = Subject::email("ana@example.com");
    for _ in 0..10 {
        let mut tx = app.app.db.begin().await.unwrap();
        assert_eq!(store::count(&mut tx, Limit::MailTo, &subject, app.clock.now()).await.unwrap(), None);
        drop(tx);
    }
    app.app.db.rollback_abandoned().await;
    assert_eq!(app.count("select count(*) from throttles").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_limit_without_a_growing_wait_is_reset_after_its_window(db: PgPool) {
    let app = TestApp::without_routes(db);
    let subject = Subject::email("ana@example.com");
    let mut waits = Vec::new();
    for _ in 0..14 {
        let mut tx = app.app.db.begin().await.unwrap();
        waits.push(store::count(&mut tx, Limit::MailTo, &subject, app.clock.now()).await.unwrap());
        tx.commit().await.unwrap();
        app.clock.advance(360);
    }
    let free = [None; 5];
    let refused = [1800, 1440, 1080, 720, 360].map(Some);
    assert_eq!(waits, [&free[..], &refused, &free[..4]].concat());
}

fn client_info_in(network: u16) -> ClientInfo {
    let address = format!("2001:db8:7:{network:x}::1").parse().unwrap();
    ClientInfo { address: Some(address), ..ClientInfo::default() }
}

fn client_in(network: u16) -> Subject {
    Subject::client(&client_info_in(network))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_48_has_ten_times_the_limit_of_a_64(db: PgPool) {
    let app = TestApp::without_routes(db);
    let now = app.clock.now();
    for (limit, free) in [
        (Limit::MailFrom, 50),
        (Limit::FailedRegistration, 10),
        (Limit::SubscriptionFrom, 50),
        (Limit::NewCart(3), 3),
        (Limit::LogInFrom, 50),
    ] {
        let attempt = async |subject: &Subject| {
            let mut tx = app.app.db.begin().await.unwrap();
            let wait = count(&mut tx, limit, subject, now).await;
            // Committed in every case: an attempt that has to wait is counted by neither.
            tx.commit().await.unwrap();
            wait.is_none()
        };
        for attempts in 0..10 * free {
            assert!(attempt(&client_in(attempts % 11)).await, "{limit:?} {attempts}");
        }
        let hits = "select sum(hits)::bigint from throttles";
        let counted = app.count(hits).await;
        for network in 0..20 {
            assert!(!attempt(&client_in(network)).await, "{limit:?} {network}");
        }
        assert_eq!(app.count(hits).await, counted, "{limit:?}");
        let other = ClientInfo { address: Some("2001:db8:8::1".parse().unwrap()), ..ClientInfo::default() };
        assert!(attempt(&Subject::client(&other)).await);
        assert!(attempt(&client(7)).await, "IPv4 has no larger network");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn log_ins_from_a_48_are_counted_together_and_successful_ones_are_not(db: PgPool) {
    let app = TestApp::without_routes(db);
    let now = app.clock.now();
    let log_in = async |number: u16, is_right: bool| {
        let email = format!("{number}@example.com");
        let attempt = log_in::begin(&app.owner, &email, &client_info_in(number % 40), now).await.unwrap();
        if let (Ok(Attempt { address, client, .. }), true) = (&attempt, is_right) {
            let mut tx = app.owner.begin().await.unwrap();
            store::log_in_succeeded(&mut tx, address, client, now).await.unwrap();
            tx.commit().await.unwrap();
        }
        attempt.is_ok()
    };
    for number in 0..40 {
        assert!(log_in(number, true).await);
    }
    for number in 0..500 {
        assert!(log_in(number, false).await, "{number}");
    }
    assert!(!log_in(501, true).await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_attempt_that_is_taken_back_does_not_count_for_the_48(db: PgPool) {
    let app = TestApp::without_routes(db);
    let (now, limit) = (app.clock.now(), Limit::FailedRegistration);
    for number in 0..120 {
        let mut tx = app.app.db.begin().await.unwrap();
        assert_eq!(count(&mut tx, limit, &client_in(number), now).await, None);
        store::take_back(&mut tx, limit, &client_in(number), now).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Accounts are found by `lower`, so two spellings of an account's address must share a count.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn addresses_that_are_equal_to_the_database_share_a_count(db: PgPool) {
    let letters: Vec<(String, String)> = sqlx::query_as(
        "select chr(n), lower(chr(n)) from generate_series(1, 200000) n
          where n not between 55296 and 57343 and lower(chr(n)) <> chr(n)",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert!(letters.len() > 1000, "{}", letters.len());
    for (large, small) in letters {
        let subject = |letter: &str| Subject::email(&format!("v{letter}ctim@example.com"));
        assert_eq!(subject(&large), subject(&small), "{large} {small}");
    }
}
