//! Costs of one checkout for PostgreSQL, counted while nothing else runs.

use anyhow::Context as _;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::fixture::Sale;

/// Setting that needs a start of the server, and the library that knows [`SETTINGS`].
pub(super) const LIBRARY: &str = "shared_preload_libraries = 'pg_stat_statements'";
/// The statements are counted only while the costs are.
pub(super) const SETTINGS: [&str; 2] = ["pg_stat_statements.track = 'none'", "pg_stat_statements.track_planning = on"];

/// Cost of one checkout of a kind.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Costs {
    pub(super) sale: Sale,
    /// Statements that were run, those inside functions and triggers too.
    pub(super) statements: f64,
    /// Statements that were planned.
    pub(super) plans: f64,
    /// Bytes of the write-ahead log, without images of whole pages, which depend on the time of the last checkpoint.
    pub(super) wal_bytes: f64,
    /// Entries that were inserted into indexes.
    pub(super) index_entries: f64,
}

/// Counts what happens from its creation on.
pub(super) struct Counter {
    since: String,
}

impl Counter {
    pub(super) async fn start(connection: &mut PgConnection) -> anyhow::Result<Self> {
        connection.execute("create extension if not exists pg_stat_statements").await?;
        connection.execute("create extension if not exists pg_walinspect").await?;
        track(connection, "all").await?;
        connection.execute("select pg_stat_statements_reset()").await?;
        let since = sqlx::query_scalar("select pg_current_wal_insert_lsn()::text").fetch_one(&mut *connection).await?;
        Ok(Self { since })
    }

    /// Returns the costs of each of the `count` checkouts since then.
    pub(super) async fn stop(self, connection: &mut PgConnection, sale: Sale, count: usize) -> anyhow::Result<Costs> {
        track(connection, "none").await?;
        // Only what is on disk can be inspected.
        connection.execute("select pg_logical_emit_message(true, 'bench', '')").await?;
        let (statements, plans): (i64, i64) =
            sqlx::query_as("select sum(calls)::bigint, sum(plans)::bigint from pg_stat_statements")
                .fetch_one(&mut *connection)
                .await?;
        let (wal_bytes, index_entries): (i64, i64) = sqlx::query_as(
            "select sum(record_size)::bigint,
                    coalesce(sum(count) filter (where \"resource_manager/record_type\" ~ '^(Btree|Gin|Gist|Hash)/INSERT'), 0)::bigint
               from pg_get_wal_stats($1::pg_lsn, pg_current_wal_flush_lsn(), true)",
        )
        .bind(self.since)
        .fetch_one(&mut *connection)
        .await
        .context("pg_walinspect requires PostgreSQL 15")?;
        let each = |total: i64| total as f64 / count as f64;
        Ok(Costs {
            sale,
            statements: each(statements),
            plans: each(plans),
            wal_bytes: each(wal_bytes),
            index_entries: each(index_entries),
        })
    }
}

async fn track(connection: &mut PgConnection, which: &str) -> anyhow::Result<()> {
    let setting = format!("alter system set pg_stat_statements.track = '{which}'");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(setting))).await?;
    connection.execute("select pg_reload_conf()").await?;
    Ok(())
}
