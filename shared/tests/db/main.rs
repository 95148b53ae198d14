//! The rules of a database behind a pooler. Every test here runs directly and through PgBouncer.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking, and so do their helpers")]

mod away_or_busy;
mod calls;
mod connections;
mod personal_data;
mod traced;
mod transactions;

use std::time::Duration;

use shared::app::db::{Connector, Db, PoolSettings};
use sqlx::PgPool;

/// Returns the service's connections to the test's database, at most this many.
fn db_of(pool: &PgPool, max_connections: usize) -> Db {
    shared::testing::service_db_with(pool, PoolSettings { max_connections })
}

/// Counts the backends of this database that wait for their client within a transaction.
async fn idle_in_transaction(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Returns a database that does not exist.
fn nowhere() -> Db {
    let options = "postgres://nobody@127.0.0.1:9/none".parse().unwrap();
    Db::new(Connector::to(options), PoolSettings { max_connections: 1 })
}

/// Fails the test if the work takes too long.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("the work took longer than ten seconds")
}
