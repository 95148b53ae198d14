//! Tests of the catalogue that endpoints cannot reach: cards, the product index, collations, query plans, edits of files, and filters
//! compared with brute force.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do their helpers")]

mod brute_force;
mod cards;
mod collations;
mod imported_stock_rules;
mod list_plans;
mod plans;
mod product_index;
mod search_order;
mod words;

/// Runs these statements and returns the number of changed rows.
async fn run(db: &sqlx::PgPool, sql: &str) -> u64 {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap().rows_affected()
}
