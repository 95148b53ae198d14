//! Rows that are no longer needed are deleted.

use shared::testing::{START, TestApp};
use sqlx::PgPool;

use crate::{run, scheduler};

const DAY: i64 = 24 * 60 * 60;

/// Asserts that the rows that `count` counts are kept until this number of days has passed, and not a second longer.
async fn assert_kept_for(app: &TestApp, days: i64, count: &'static str, rows: i64) {
    let scheduler = scheduler(app);
    app.clock.advance(days * DAY);
    run(&scheduler).await;
    assert_eq!(app.count(count).await, rows, "after {days} days");

    app.clock.advance(1);
    run(&scheduler).await;
    assert_eq!(app.count(count).await, 0, "a second later");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn events_are_deleted_a_week_after_they_were_sent(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    app.clock.advance(5);
    sqlx::query("update outbox set sent_at = $1")
        .bind(shared::app::Clock::now(&*app.clock))
        .execute(&app.db)
        .await
        .unwrap();

    assert_kept_for(&app, 7, "select count(*) from outbox", 1).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_event_that_was_never_sent_is_never_deleted(db: PgPool) {
    let app = TestApp::without_routes(db);
    app.an_order().await;
    app.clock.advance(365 * DAY);

    run(&scheduler(&app)).await;

    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_audit_log_is_kept_for_400_days(db: PgPool) {
    let app = TestApp::without_routes(db);
    sqlx::query("insert into audit_log (at, kind) values ('2020-01-01', 'old'), ('2026-11-21', 'young')")
        .execute(&app.db)
        .await
        .unwrap();

    run(&scheduler(&app)).await;

    assert_eq!(app.count("select count(*) from audit_log where kind = 'young'").await, 1);
    assert_eq!(app.count("select count(*) from audit_log").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn records_of_mails_are_kept_for_90_days_and_for_as_long_as_the_mail_may_be_sent(db: PgPool) {
    let app = TestApp::without_routes(db);
    for (status, finished_at) in
        [("sent", Some(START)), ("failed", Some(START)), ("suppressed", Some(START)), ("claimed", None)]
    {
        sqlx::query(
            "insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
             values (gen_random_uuid(), 'registered', 'ana@example.com', $1, $2 + interval '89 days 23 hours 30 minutes', $2, $3)",
        )
        .bind(status)
        .bind(START)
        .bind(finished_at)
        .execute(&app.db)
        .await
        .unwrap();
    }

    assert_kept_for(&app, 90, "select count(*) from mail_log where status <> 'claimed'", 3).await;
    assert_eq!(app.count("select count(*) from mail_log where status = 'claimed'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registrations_that_nobody_activates_are_deleted_after_seven_days(db: PgPool) {
    let app = TestApp::without_routes(db);
    sqlx::query(
        "insert into registrations (id, email, username, username_key, password_hash, created_at)
         values (1, 'ana@example.com', 'ana', 'ana', '!', $1)",
    )
    .bind(START)
    .execute(&app.db)
    .await
    .unwrap();

    assert_kept_for(&app, 7, "select count(*) from registrations", 1).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn links_that_have_expired_are_deleted(db: PgPool) {
    let app = TestApp::without_routes(db);
    let ana = app.a_user().await;
    for (digest, seconds_left) in [([0_u8; 32], 0), ([1; 32], 1)] {
        sqlx::query(
            "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at, used_at)
             values ($1, $2, 'password_reset', $3, $4, $4, $4)",
        )
        .bind(&digest[..])
        .bind(ana.id)
        .bind(&ana.email)
        .bind(START.plus_seconds(seconds_left))
        .execute(&app.db)
        .await
        .unwrap();
    }

    run(&scheduler(&app)).await;

    let left: Vec<u8> = sqlx::query_scalar("select token_sha256 from mailed_links").fetch_one(&app.db).await.unwrap();
    assert_eq!(left, [1_u8; 32]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn imports_and_exports_are_deleted_thirty_days_after_they_ended_with_their_errors(db: PgPool) {
    let app = TestApp::without_routes(db);
    let scheduler = scheduler(&app);
    for status in ["waiting", "running", "done", "failed", "cancelled"] {
        let held = (status == "running").then_some(START);
        let finished = (!["waiting", "running"].contains(&status)).then_some(START);
        sqlx::query(
            "with import as (
                 insert into imports (id, kind, stock, storage_key, bytes, status, held_until, created_at, finished_at)
                 values (gen_random_uuid(), 'shopify_csv', 'set', 'a', 1, $1, $2, $4, $3) returning id)
             insert into import_errors (import_id, line, reason) select id, n, 'no' from import, generate_series(1, 900) n",
        )
        .bind(status)
        .bind(held)
        .bind(finished)
        .bind(START)
        .execute(&app.db)
        .await
        .unwrap();
        if status != "waiting" {
            sqlx::query(
                "with export as (
                     insert into exports (id, kind, storage_key, products, status, held_until, created_at, finished_at)
                     values (gen_random_uuid(), 'shopify_csv', 'a', 1, $1, $2, $4, $3) returning id)
                 insert into export_skipped_products (export_id, product_id, slug, reason) select id, 1, 'a', 'no' from export",
            )
            .bind(status)
            .bind(held)
            .bind(finished)
            .bind(START)
            .execute(&app.db)
            .await
            .unwrap();
        }
    }

    app.clock.advance(30 * DAY - 1);
    run(&scheduler).await;
    assert_eq!(app.count("select count(*) from imports").await + app.count("select count(*) from exports").await, 9);

    // At most 2,000 rows in one run: an import with more of them is deleted by the next run.
    app.clock.advance(1);
    run(&scheduler).await;
    assert_eq!(app.count("select count(*) from import_errors").await, 5 * 900 - 2000);
    run(&scheduler).await;
    let left: Vec<String> =
        sqlx::query_scalar("select 'import ' || status from imports union all select 'export ' || status from exports")
            .fetch_all(&app.db)
            .await
            .unwrap();
    assert_eq!(left, ["import running", "export running"]);
    assert_eq!(app.count("select count(*) from import_errors").await, 900);
    assert_eq!(app.count("select count(*) from export_skipped_products").await, 1);
}
