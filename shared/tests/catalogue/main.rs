//! The catalogue in SQL: what endpoints cannot reach.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do their helpers")]

mod cards;
mod list;
mod plans;
mod product_index;

/// Runs these statements; how many rows they changed.
async fn run(db: &sqlx::PgPool, sql: &str) -> u64 {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap().rows_affected()
}
