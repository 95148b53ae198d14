//! The applier, over real databases: with the shop's own schema, and with small ones made for a test.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod apply;
mod current;
mod functions;
mod roles;

use migrations::{Function, Schema};
use sqlx::migrate::{Migration, MigrationType};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, SqlSafeStr as _};

/// A schema of these migrations, numbered from 1, and these functions.
fn schema(migrations: &[&str], functions: &[(&'static str, &'static str)]) -> Schema {
    let migrations = migrations.iter().zip(1..).map(|(sql, version)| migration(version, sql)).collect();
    Schema::new(migrations, functions.iter().map(|&(file, sql)| function(file, sql)).collect())
}

fn migration(version: i64, sql: &str) -> Migration {
    let no_tx = sql.starts_with("-- no-transaction");
    let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
    Migration::new(version, "of a test".into(), MigrationType::Simple, sql, no_tx)
}

fn function(file: &'static str, sql: &'static str) -> Function {
    Function { file: file.into(), sql: sql.into() }
}

/// Applies it in a separate session, as a deployment does.
async fn apply(db: &PgPool, schema: &Schema) -> anyhow::Result<Vec<i64>> {
    apply_release(db, schema, None).await
}

async fn apply_release(db: &PgPool, schema: &Schema, released_at: Option<i64>) -> anyhow::Result<Vec<i64>> {
    let mut connection = session(db).await;
    Ok(schema.apply(&mut connection, released_at).await?.migrations)
}

/// Removes everything from the database.
async fn empty(db: &PgPool) {
    migrations::empty(&mut session(db).await).await.unwrap();
}

/// A connection outside the pool.
async fn session(db: &PgPool) -> PgConnection {
    PgConnection::connect_with(&db.connect_options()).await.unwrap()
}

/// Every table, column, constraint, index, function, trigger and view of the database, one a line, with its definition.
async fn description(db: &PgPool) -> Vec<String> {
    sqlx::query_scalar(include_str!("description.sql")).fetch_all(db).await.unwrap()
}

async fn run(db: &PgPool, sql: &'static str) {
    sqlx::raw_sql(sql).execute(db).await.unwrap();
}

async fn number(db: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

/// The version of each function's row in the catalogue of PostgreSQL: it changes when the function is replaced.
async fn versions(connection: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as(
        "select f.file, p.oid || ' ' || p.xmin from sql_functions f join pg_proc p on p.oid = to_regprocedure(f.signature) order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}
