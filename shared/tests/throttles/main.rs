//! Limits, where many count at once.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use shared::app::Ambient as _;
use shared::testing::TestApp;
use shared::throttles::{Limit, Subject, store};
use shared::users::Origin;
use sqlx::PgPool;
use tokio::task::JoinSet;

/// Each of these, from each of these.
const MANY: u8 = 8;

fn subjects(email: u8, origin: u8) -> (Subject, Subject) {
    let origin = Origin { address: Some([203, 0, 113, origin].into()), ..Origin::default() };
    (Subject::email(&format!("user-{email}@example.com")), Subject::origin(&origin))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nobody_who_counts_and_clears_away_waits_in_a_circle(db: PgPool) {
    let app = TestApp::of_a_job(db);
    for _ in 0..10 {
        // By then all that was counted in the round before is over, so everybody finds something to clear away.
        app.clock.advance(2 * 86_400);
        let now = app.clock.now();
        let mut tries = JoinSet::new();
        for (email, origin) in (0..MANY).flat_map(|email| (0..MANY).map(move |origin| (email, origin))) {
            let db = app.app.db.clone();
            let is_good = (email + origin) % 2 == 0;
            tries.spawn(async move {
                let (email, origin) = subjects(email, origin);
                let mut tx = db.begin().await?;
                store::count_log_in(&mut tx, &email, &origin, now).await?;
                tx.commit().await?;
                if is_good {
                    let mut tx = db.begin().await?;
                    store::log_in_succeeded(&mut tx, &email, &origin, now).await?;
                    tx.commit().await?;
                }
                sqlx::Result::Ok(())
            });
        }
        for done in tries.join_all().await {
            done.unwrap();
        }
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_try_that_is_rolled_back_was_none(db: PgPool) {
    let app = TestApp::of_a_job(db);
    let subject = Subject::email("ana@example.com");
    for _ in 0..10 {
        let mut tx = app.app.db.begin().await.unwrap();
        assert_eq!(store::count(&mut tx, Limit::MailTo, &subject, app.clock.now()).await.unwrap(), None);
        drop(tx);
    }
    app.app.db.settle().await;
    assert_eq!(app.count("select count(*) from throttles").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_limit_without_a_growing_wait_is_free_again_when_its_window_is_over(db: PgPool) {
    let app = TestApp::of_a_job(db);
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
