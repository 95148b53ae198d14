//! Migrations: applied once, in order, and never backwards.

use migrate::{Roles, handle};
use migrations::Schema;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{applied, empty, migrate};

fn all_versions() -> Vec<i64> {
    Schema::current().migrations().iter().map(|migration| migration.version).collect()
}

#[sqlx::test(migrations = false)]
async fn an_empty_database_is_brought_up_to_date_and_stays_so(db: PgPool) {
    empty(&db).await;
    let first = applied(&db).await.unwrap();
    assert_eq!(first.migrations, all_versions());
    assert_eq!(Some(&first.version), all_versions().last());
    assert_eq!(first.roles, Roles::Prepared);

    let second = applied(&db).await.unwrap();
    assert_eq!(second.migrations, Vec::<i64>::new());
    assert_eq!(second.version, first.version);
}

#[sqlx::test(migrations = false)]
async fn two_at_once_apply_each_migration_once(db: PgPool) {
    empty(&db).await;
    let (one, other) = tokio::join!(applied(&db), applied(&db));

    let mut migrations = [one.unwrap().migrations, other.unwrap().migrations];
    migrations.sort();
    assert_eq!(migrations, [vec![], all_versions()]);
}

#[sqlx::test(migrations = false)]
async fn a_database_that_is_newer_is_refused(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of tomorrow', true, '', 0)",
    )
    .execute(&db)
    .await
    .unwrap();

    let error = applied(&db).await.unwrap_err();

    assert!(error.to_string().starts_with("the database is newer than this program: it has migration 9999"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn a_migration_that_was_changed_is_refused(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    sqlx::query("update _sqlx_migrations set checksum = 'x' where version = 2").execute(&db).await.unwrap();

    let error = applied(&db).await.unwrap_err();

    assert!(error.to_string().starts_with("migration 2 was changed after it was applied"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn the_function_answers_what_it_has_done(db: PgPool) {
    empty(&db).await;
    let migrate = migrate(&db, None);
    handle(&migrate, Value::Null).await.unwrap();

    let done = handle(&migrate, json!({"action": "apply"})).await.unwrap();

    let version = all_versions().last().copied();
    assert_eq!(
        serde_json::to_value(done).unwrap(),
        json!({"action": "apply", "migrations": [], "version": version, "roles": "prepared", "currency": "EUR"})
    );
}

#[sqlx::test(migrations = false)]
async fn a_release_is_refused_by_a_database_that_has_functions_of_a_later_one(db: PgPool) {
    empty(&db).await;
    let migrate = migrate(&db, None);
    let event = |released_at: i64| json!({"action": "apply", "released_at": released_at});
    handle(&migrate, event(2)).await.unwrap();
    // The same functions: nothing would be taken back.
    handle(&migrate, event(1)).await.unwrap();
    sqlx::query("update sql_functions set digest = '' where file = 'orders/place_order.sql'")
        .execute(&db)
        .await
        .unwrap();

    let error = handle(&migrate, event(1)).await.unwrap_err();

    assert!(error.to_string().starts_with("the database is newer than this program: it has functions"), "{error}");
    handle(&migrate, event(3)).await.unwrap();
}
