//! Transactions: committed as a whole or not at all, and never left open.

use shared::ids::EventId;
use shared::outbox::store;
use shared::testing::START;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{db_of, idle_in_transaction, soon};

const EVENT: EventId = EventId(Uuid::from_u128(1));

async fn an_event_is_due(pool: &PgPool) {
    sqlx::query("insert into outbox (id, kind, payload, created_at, next_attempt_at) values ($1, 'order_placed', '{}', now(), '2000-01-01')")
        .bind(EVENT)
        .execute(pool)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_dropped_transaction_is_rolled_back_before_the_response(pool: PgPool) {
    an_event_is_due(&pool).await;
    let db = db_of(&pool, 1);
    let mut tx = db.begin().await.unwrap();
    store::record_failure(&mut tx, EVENT, "lost").await.unwrap();
    drop(tx);
    assert_eq!(idle_in_transaction(&pool).await, 1, "nothing is spawned: it waits for rollback_abandoned");

    db.rollback_abandoned().await;

    assert_eq!(idle_in_transaction(&pool).await, 0);
    let error: Option<String> = sqlx::query_scalar("select last_error from outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(error, None);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_lock_of_a_dropped_transaction_is_free_for_the_next(pool: PgPool) {
    an_event_is_due(&pool).await;
    let db = db_of(&pool, 1);
    let mut tx = db.begin().await.unwrap();
    store::record_failure(&mut tx, EVENT, "mine").await.unwrap();
    drop(tx);
    // There is one connection, which is the unfinished one, so `begin` rolls it back first.
    let mut tx = soon(db.begin()).await.unwrap();
    store::record_failure(&mut tx, EVENT, "yours").await.unwrap();
    tx.commit().await.unwrap();
    let error: Option<String> = sqlx::query_scalar("select last_error from outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(error.as_deref(), Some("yours"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_transaction_that_is_dropped_during_a_query_is_rolled_back_too(pool: PgPool) {
    an_event_is_due(&pool).await;
    let db = db_of(&pool, 2);
    let mut holder = db.begin().await.unwrap();
    store::record_failure(&mut holder, EVENT, "first").await.unwrap();

    let mut waiting = db.begin().await.unwrap();
    let cut_off = tokio::time::timeout(
        std::time::Duration::from_millis(50),
        store::record_failure(&mut waiting, EVENT, "second"),
    )
    .await;
    assert!(cut_off.is_err(), "it waits for the lock");
    drop(waiting);
    soon(db.rollback_abandoned()).await;

    holder.commit().await.unwrap();
    let mut tx = soon(db.begin()).await.unwrap();
    store::record_failure(&mut tx, EVENT, "third").await.unwrap();
    tx.commit().await.unwrap();
    let error: Option<String> = sqlx::query_scalar("select last_error from outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(error.as_deref(), Some("third"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_read_only_transaction_cannot_write(pool: PgPool) {
    an_event_is_due(&pool).await;
    let db = db_of(&pool, 1);
    let mut tx = db.read().await.unwrap();
    let error = store::record_failure(&mut tx, EVENT, "no").await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "25006");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn checked_queries_leave_no_statement_in_the_session(pool: PgPool) {
    let db = db_of(&pool, 1);
    for _ in 0..3 {
        let mut tx = db.begin().await.unwrap();
        store::backlog(&mut tx).await.unwrap();
        let named: i64 = sqlx::query_scalar("select count(*) from pg_prepared_statements where name <> ''")
            .fetch_one(&mut tx)
            .await
            .unwrap();
        assert_eq!(named, 0);
        tx.commit().await.unwrap();
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn clients_never_get_the_statements_of_others(pool: PgPool) {
    an_event_is_due(&pool).await;
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let db = db_of(&pool, 1);
        clients.spawn(async move {
            for turn in 0..50 {
                let mut tx = db.begin().await.unwrap();
                if (client + turn) % 2 == 0 {
                    assert_eq!(store::backlog(&mut tx).await.unwrap().unsent, 1);
                } else {
                    let nothing_due =
                        store::claim_due(&mut tx, shared::time::Timestamp::from_micros(0), |_| START).await.unwrap();
                    assert!(nothing_due.is_none());
                }
                tx.commit().await.unwrap();
            }
        });
    }
    clients.join_all().await;
}
