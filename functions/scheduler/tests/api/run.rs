//! Jobs do not depend on one another, and two runs at once share the work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use scheduler::{Limits, Scheduler, TimedJob, handle};
use shared::testing::{BrokenQueue, RecordingJobs, START, SilentQueue, TestApp};
use sqlx::PgPool;

use crate::{run, scheduler};

const DAY: i64 = 24 * 60 * 60;

/// Gives each job something to do, and moves the clock to a time when all of it is due.
async fn give_each_job_something_to_do(app: &TestApp) {
    let shoes = app.a_product().create().await;
    let ana = app.a_user().await;
    app.clock.advance(400 * DAY);
    for statement in [
        "insert into back_in_stock_subscriptions (variant_id, email, created_at, confirmed_at)
         select $2, n || '@example.com', $1 + interval '399 days', $1 + interval '399 days' from generate_series(1, 300) n where $3 is not null",
        "insert into back_in_stock_subscriptions (variant_id, email, created_at, confirmed_at, notified_at, event_id)
         select $2, n || '@example.org', $1, $1, $1, gen_random_uuid() from generate_series(1, 100) n where $3 is not null",
        "insert into imports (id, kind, stock, storage_key, bytes, status, held_until, created_at)
         select gen_random_uuid(), 'shopify_csv', 'set', 'a', 1, 'running', $1, $1 from generate_series(1, 6)
          where $2 is not null and $3 is not null",
        "insert into exports (id, kind, storage_key, products, status, held_until, created_at)
         select gen_random_uuid(), 'shopify_csv', 'a', 1, 'running', $1, $1 from generate_series(1, 4)
          where $2 is not null and $3 is not null",
        "insert into imports (id, kind, stock, storage_key, bytes, status, created_at, finished_at)
         select gen_random_uuid(), 'shopify_csv', 'set', 'a', 1, 'done', $1, $1 from generate_series(1, 100)
          where $2 is not null and $3 is not null",
        "insert into outbox (id, kind, payload, created_at, next_attempt_at, sent_at)
         select gen_random_uuid(), 'order_placed', '{}', $1, $1, $1 from generate_series(1, 100)
          where $2 is not null and $3 is not null",
        "insert into outbox (id, kind, payload, created_at, next_attempt_at, sent_at)
         select gen_random_uuid(), 'password_changed', '{}', $1, $1, $1 + interval '399 days' from generate_series(1, 100)
          where $2 is not null and $3 is not null",
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at)
         select id, kind, 'a@example.com', 'claimed', $1 + interval '399 days', $1 + interval '399 days' from outbox
          where kind = 'password_changed' and $2 is not null and $3 is not null",
        "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
         select gen_random_uuid(), 'registered', 'a@example.com', 'sent', $1, $1, $1 from generate_series(1, 100)
          where $2 is not null and $3 is not null",
        "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at, used_at)
         select sha256(n::text::bytea), $3, 'password_reset', $2::text, $1, $1, $1 from generate_series(1, 100) n",
        "insert into registrations (id, email, username, username_key, password_hash, created_at)
         select n, n || '@example.com', n, n, '!', $1 from generate_series(1, 100) n where $2 is not null and $3 is not null",
        "insert into audit_log (at, kind)
         select '2020-01-01', 'old' from generate_series(1, 100) where $1 is not null and $2 is not null and $3 is not null",
        "insert into carts (id, created_at, updated_at)
         select gen_random_uuid(), $1, $1 from generate_series(1, 100) where $2 is not null and $3 is not null",
        "insert into carts (id, user_id, created_at, updated_at)
         select gen_random_uuid(), $3, $1 + interval '400 days', $1 + interval '400 days' where $2 is not null",
        "insert into idempotency_keys (key, request_digest, cart_id, created_at)
         select gen_random_uuid(), id, id, $1 from carts, generate_series(1, 100)
          where user_id is not null and $2 is not null and $3 is not null",
    ] {
        sqlx::query(statement).bind(START).bind(shoes.variant).bind(ana.id).execute(&app.db).await.unwrap();
    }
    sqlx::query("select change_stock($1, 5, 'received', now())").bind(shoes.variant).execute(&app.db).await.unwrap();
}

/// Returns the number that each job processes in that case.
fn everything() -> BTreeMap<TimedJob, u64> {
    BTreeMap::from([
        (TimedJob::NotifyBackInStock, 300),
        (TimedJob::ResendMails, 100),
        (TimedJob::ResumeTransfers, 10),
        (TimedJob::CountFacets, 1),
        (TimedJob::DeleteSentEvents, 100),
        (TimedJob::DeleteLinks, 100),
        (TimedJob::DeleteMails, 100),
        (TimedJob::DeleteRegistrations, 100),
        (TimedJob::DeleteAuditRecords, 100),
        (TimedJob::DeleteBackInStockSubscriptions, 100),
        (TimedJob::DeleteTransfers, 100),
        (TimedJob::DeleteIdempotencyKeys, 100),
        (TimedJob::DeleteCarts, 100),
    ])
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_job_says_what_it_has_done(db: PgPool) {
    let app = TestApp::without_routes(db);
    give_each_job_something_to_do(&app).await;
    let scheduler = scheduler(&app);

    assert_eq!(handle(&scheduler).await.unwrap(), everything());

    let nothing = TimedJob::ALL.into_iter().map(|job| (job, 0)).collect();
    assert_eq!(handle(&scheduler).await.unwrap(), nothing);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn two_schedulers_at_once_do_each_thing_once(db: PgPool) {
    let app = TestApp::without_routes(db);
    give_each_job_something_to_do(&app).await;
    let jobs = Arc::new(RecordingJobs::default());
    let one = Scheduler { transfers: jobs.clone(), ..scheduler(&app) };
    let other = Scheduler { transfers: jobs.clone(), ..scheduler(&app) };

    let (one, mut both) = tokio::join!(run(&one), run(&other));

    for (job, count) in one.done {
        *both.done.entry(job).or_default() += count;
    }
    assert_eq!(both.done, everything());
    let mut sent: Vec<String> = jobs.take().iter().map(|job| format!("{job:?}")).collect();
    sent.sort_unstable();
    sent.dedup();
    assert_eq!(sent.len(), 10);
    assert_eq!(app.count("select count(distinct payload) from outbox where kind = 'back_in_stock'").await, 300);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_job_that_fails_does_not_stop_the_others(db: PgPool) {
    let app = TestApp::without_routes(db);
    give_each_job_something_to_do(&app).await;
    sqlx::query("alter table back_in_stock_subscriptions rename to gone").execute(&app.db).await.unwrap();
    let scheduler = Scheduler { transfers: Arc::new(BrokenQueue), ..scheduler(&app) };

    let run = scheduler::run(&scheduler).await;

    let failing = [TimedJob::NotifyBackInStock, TimedJob::ResumeTransfers, TimedJob::DeleteBackInStockSubscriptions];
    assert_eq!(run.failed.keys().copied().collect::<Vec<_>>(), failing);
    let mut expected = everything();
    expected.retain(|job, _| !failing.contains(job));
    assert_eq!(run.done, expected);
    let error = handle(&scheduler).await.unwrap_err().to_string();
    assert!(error.contains("notify_back_in_stock") && error.contains("delete_back_in_stock_subscriptions"), "{error}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_job_that_does_not_end_is_stopped_and_the_others_run(db: PgPool) {
    let app = TestApp::without_routes(db);
    give_each_job_something_to_do(&app).await;
    let limits = Limits { with_job: Duration::from_secs(2), with_queue: Duration::from_secs(60), large_list: 1 };
    let scheduler = Scheduler { transfers: Arc::new(SilentQueue), limits, ..scheduler(&app) };

    let run = scheduler::run(&scheduler).await;

    assert_eq!(run.failed.keys().copied().collect::<Vec<_>>(), [TimedJob::ResumeTransfers]);
    assert_eq!(run.done.len(), TimedJob::ALL.len() - 1);
}
