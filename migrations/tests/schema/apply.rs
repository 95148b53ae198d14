//! Migrations: in one transaction with the functions, in order, and never backwards.

use sqlx::PgPool;

use crate::{apply, apply_release, description, empty, number, run, schema};

const ITEMS: &str = "create table items (id bigint primary key, price bigint not null)";
const ADD_TAX: (&str, &str) = (
    "items/add_tax.sql",
    "create or replace function add_tax(p_price bigint) returns bigint language sql immutable as 'select p_price * 2';",
);
const ADD_MORE_TAX: (&str, &str) = (
    "items/add_tax.sql",
    "create or replace function add_tax(p_price bigint) returns bigint language sql immutable as 'select p_price * 3';",
);

#[sqlx::test(migrations = false)]
async fn a_failing_migration_leaves_what_came_before_it_undone(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[ITEMS], &[ADD_TAX])).await.unwrap();
    let before = description(&db).await;

    let failing =
        schema(&[ITEMS, "create table more (id bigint)", "alter table missing add column id bigint"], &[ADD_MORE_TAX]);

    apply(&db, &failing).await.unwrap_err();
    assert!(description(&db).await == before);
    assert_eq!(number(&db, "select add_tax(1)").await, 2);
}

#[sqlx::test(migrations = false)]
async fn an_old_function_that_a_new_migration_breaks_stops_it(db: PgPool) {
    empty(&db).await;
    let price = (
        "items/price.sql",
        "create or replace function price() returns bigint language sql as 'select price from items';",
    );
    apply(&db, &schema(&[ITEMS], &[price])).await.unwrap();
    let before = description(&db).await;

    let error = apply(&db, &schema(&[ITEMS, "alter table items drop column price"], &[price])).await.unwrap_err();

    assert_eq!(error.to_string(), "migrations/functions/items/price.sql: column \"price\" does not exist");
    assert!(description(&db).await == before);
}

/// In one transaction the check of the first migration's rows would still wait while the second alters their table.
#[sqlx::test(migrations = false)]
async fn deferred_checks_run_after_each_migration(db: PgPool) {
    empty(&db).await;
    let first = "create table items (id bigint, constraint items_unique unique (id) deferrable initially deferred)";
    apply(&db, &schema(&[first], &[])).await.unwrap();
    let second =
        "insert into items values (1), (1); update items set id = 2 where ctid = (select max(ctid) from items)";
    let third = "alter table items add column price bigint";

    assert_eq!(apply(&db, &schema(&[first, second, third], &[])).await.unwrap(), [2, 3]);
}

#[sqlx::test(migrations = false)]
async fn a_migration_without_a_transaction_is_applied_alone(db: PgPool) {
    empty(&db).await;
    let index = "-- no-transaction\ncreate index concurrently items_by_price on items (price)";
    let after = "create table more (id bigint)";

    assert_eq!(apply(&db, &schema(&[ITEMS, index, after], &[ADD_TAX])).await.unwrap(), [1, 2, 3]);

    assert_eq!(number(&db, "select count(*) from pg_indexes where indexname = 'items_by_price'").await, 1);
    assert_eq!(number(&db, "select add_tax(1)").await, 2);
}

#[sqlx::test(migrations = false)]
async fn a_release_whose_functions_are_older_is_refused(db: PgPool) {
    empty(&db).await;
    let (old, new) = (schema(&[ITEMS], &[ADD_TAX]), schema(&[ITEMS], &[ADD_MORE_TAX]));
    apply_release(&db, &old, Some(1)).await.unwrap();
    apply_release(&db, &new, Some(2)).await.unwrap();
    let before = description(&db).await;

    let error = apply_release(&db, &old, Some(1)).await.unwrap_err();

    assert!(error.to_string().starts_with("the database is newer than this program: it has functions"), "{error}");
    assert!(description(&db).await == before);
    // The next release may go back to the old text.
    apply_release(&db, &old, Some(3)).await.unwrap();
    assert_eq!(number(&db, "select add_tax(1)").await, 2);
}

#[sqlx::test(migrations = false)]
async fn a_database_with_a_later_migration_is_refused(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[ITEMS, "create table more (id bigint)"], &[ADD_MORE_TAX])).await.unwrap();
    let before = description(&db).await;

    let error = apply(&db, &schema(&[ITEMS], &[ADD_TAX])).await.unwrap_err();

    assert!(error.to_string().starts_with("the database is newer than this program: it has migration 2"), "{error}");
    assert!(description(&db).await == before);
}

#[sqlx::test(migrations = false)]
async fn a_changed_migration_is_refused(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[ITEMS], &[])).await.unwrap();
    run(&db, "update _sqlx_migrations set checksum = 'x'").await;

    let error = apply(&db, &schema(&[ITEMS], &[])).await.unwrap_err();

    assert!(error.to_string().starts_with("migration 1 was changed after it was applied"), "{error}");
}
