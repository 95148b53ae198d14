//! The app's role: it can run the shop, and no more.

use shared::app::db::{Connector, Db, PoolSettings};
use shared::mail::store::{Claim, NewClaim, claim, mark_sent};
use shared::outbox::store::{claim_due, delete_sent, mark_sent as mark_event_sent};
use shared::testing::TestApp;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::applied;

/// The test's database, as `shop` sees it.
async fn as_shop(db: &PgPool) -> PgPool {
    applied(db).await.unwrap();
    let options = db.connect_options().as_ref().clone().username("shop");
    PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn its_timeouts_and_plans_are_set(db: PgPool) {
    let shop = as_shop(&db).await;
    for (setting, value) in [
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("jit", "off"),
        ("synchronize_seqscans", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ] {
        let set: String =
            sqlx::query_scalar("select current_setting($1)").bind(setting).fetch_one(&shop).await.unwrap();
        assert_eq!(set, value, "{setting}");
    }
}

#[sqlx::test(migrations = false)]
async fn it_cannot_rewrite_what_has_happened(db: PgPool) {
    let shop = as_shop(&db).await;
    for sql in [
        "update stock_ledger set change = 1",
        "delete from stock_ledger",
        "truncate stock_ledger",
        "update order_events set kind = 'paid'",
        "delete from order_events",
        "update audit_log set kind = 'nothing'",
        "delete from audit_log",
        "truncate audit_log",
        "update _sqlx_migrations set success = true",
        "delete from _sqlx_migrations",
        "delete from sql_functions",
        "update sql_functions_release set released_at = 0",
        "update shop set currency = 'JPY', exponent = 0",
        "delete from shop",
        "drop table orders",
        "create table mine (id int)",
        "alter table stock_levels drop constraint stock_not_negative",
    ] {
        let error = sqlx::query(sql).execute(&shop).await.unwrap_err();
        assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"), "{sql}: {error}");
    }
}

#[sqlx::test(migrations = false)]
async fn it_can_do_all_that_the_shop_does(db: PgPool) {
    let options = as_shop(&db).await.connect_options().as_ref().clone();
    let mut app = TestApp::without_routes(db);
    app.app.db = Db::new(Connector::to(options), PoolSettings { max_connections: 1 });
    let shop = app.app.db.clone();
    let now = || shared::app::Clock::now(&*app.clock);

    // The last one: this sale writes the ledger, and the product's card too.
    let placed = app.an_order().await;
    app.clock.advance(5);
    let mut tx = shop.begin().await.unwrap();
    assert!(claim_due(&mut tx, now(), |_| now().plus_seconds(15)).await.unwrap().is_some());
    tx.commit().await.unwrap();
    mark_event_sent(&shop, placed.event.event_id, now()).await.unwrap();
    let mut tx = shop.begin().await.unwrap();
    let (event, until) = (placed.event.event_id, now().plus_seconds(60));
    let new_claim = NewClaim { event, kind: "order_placed", recipient: "a@example.com", user: None, now: now(), until };
    let Claim::Granted(attempt) = claim(&mut tx, new_claim).await.unwrap() else { panic!("nobody else is here") };
    mark_sent(&mut tx, attempt, "1", now()).await.unwrap();
    assert_eq!(delete_sent(&mut tx, now().plus_seconds(1), 10).await.unwrap(), 1);
    tx.commit().await.unwrap();

    assert!(app.stock_adds_up().await);
    assert_eq!(app.count("select count(*) from mail_log where status = 'sent'").await, 1);
}

#[sqlx::test(migrations = false)]
async fn it_writes_and_reads_the_audit_log(db: PgPool) {
    let shop = as_shop(&db).await;
    sqlx::query("insert into audit_log (at, kind) values (now(), 'logged_in')").execute(&shop).await.unwrap();
    let kind: String = sqlx::query_scalar("select kind from audit_log").fetch_one(&shop).await.unwrap();
    assert_eq!(kind, "logged_in");
}

#[sqlx::test(migrations = false)]
async fn not_even_the_owner_of_the_audit_log_changes_or_empties_it(db: PgPool) {
    let shop = as_shop(&db).await;
    sqlx::query("insert into audit_log (at, kind) values (now(), 'logged_in')").execute(&shop).await.unwrap();
    for sql in ["update audit_log set kind = 'nothing'", "delete from audit_log", "truncate audit_log"] {
        let error = sqlx::query(sql).execute(&db).await.unwrap_err();
        assert!(error.to_string().contains("the audit log is append-only"), "{sql}: {error}");
    }
    let count: i64 = sqlx::query_scalar("select count(*) from audit_log").fetch_one(&db).await.unwrap();
    assert_eq!(count, 1);
}

/// Whatever time it says it is.
#[sqlx::test(migrations = false)]
async fn it_forgets_of_the_audit_log_what_is_older_than_400_days_and_nothing_else(db: PgPool) {
    let shop = as_shop(&db).await;
    sqlx::query(
        "insert into audit_log (at, kind) values
             (now() - interval '401 days', 'old'), (now() - interval '402 days', 'older'),
             (now() - interval '399 days', 'young'), (now(), 'new')",
    )
    .execute(&shop)
    .await
    .unwrap();
    let left = || async {
        let left = "select string_agg(kind, ' ' order by at) from audit_log";
        sqlx::query_scalar::<_, String>(left).fetch_one(&db).await.unwrap()
    };
    for (sql, deleted, left_over) in [
        ("select forget_audit(now() - interval '10 days', 100)", 0, "older old young new"),
        ("select forget_audit(now() + interval '100 years', 1)", 1, "old young new"),
        ("select forget_audit(now() + interval '100 years', 100)", 1, "young new"),
        ("select forget_audit('infinity', 100)", 0, "young new"),
    ] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&shop).await.unwrap();
        assert_eq!((count, left().await.as_str()), (deleted, left_over), "{sql}");
    }
    let error = sqlx::query("delete from audit_log where kind = 'young'").execute(&db).await.unwrap_err();
    assert!(error.to_string().contains("the audit log is append-only"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn it_may_use_a_table_from_the_moment_that_the_table_is_there(db: PgPool) {
    let shop = as_shop(&db).await;
    sqlx::query("create table news (id bigint generated always as identity, text text)").execute(&db).await.unwrap();

    sqlx::query("insert into news (text) values ('hello')").execute(&shop).await.unwrap();
}
