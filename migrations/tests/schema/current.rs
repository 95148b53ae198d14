//! The shop's own schema.

use migrations::{Function, MIGRATOR, Schema};
use sqlx::PgPool;
use sqlx::postgres::PgConnection;

use crate::{apply, description, empty, migration, run, session, versions};

/// The migrations up to this number, with these functions.
fn part(current: &Schema, last: usize, functions: Vec<Function>) -> Schema {
    Schema::new(current.migrations().iter().take(last).cloned().collect(), functions)
}

/// Returns true if PostgreSQL accepts the function in the current schema; the function is not created.
async fn fits(connection: &mut PgConnection, function: &Function) -> bool {
    let sql = format!("begin; {}; rollback", function.sql);
    let created = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.is_ok();
    if !created {
        sqlx::raw_sql("rollback").execute(connection).await.unwrap();
    }
    created
}

async fn at_once(db: &PgPool) -> Vec<String> {
    apply(db, &Schema::current()).await.unwrap();
    description(db).await
}

#[sqlx::test(migrations = false)]
async fn a_new_database_equals_one_that_was_upgraded_step_by_step(db: PgPool) {
    empty(&db).await;
    let current = Schema::current();
    let expected = at_once(&db).await;
    empty(&db).await;

    // After each migration, every function that can be there by then.
    let mut connection = session(&db).await;
    let mut there: Vec<Function> = Vec::new();
    for step in 1..=current.migrations().len() {
        apply(&db, &part(&current, step, there.clone())).await.unwrap();
        let mut is_growing = true;
        while is_growing {
            is_growing = false;
            for function in current.functions() {
                let is_there = there.iter().any(|other| other.file == function.file);
                if !is_there && fits(&mut connection, function).await {
                    there.push(function.clone());
                    is_growing = true;
                }
            }
            apply(&db, &part(&current, step, there.clone())).await.unwrap();
        }
    }
    assert_eq!(there.len(), current.functions().len());
    assert!(description(&db).await == expected, "{:#?}", differences(&description(&db).await, &expected));
}

/// As if every function had had another text, a return type and a trigger that it has no more, and there had been others.
#[sqlx::test(migrations = false)]
async fn a_new_database_equals_one_whose_functions_were_all_different(db: PgPool) {
    empty(&db).await;
    let current = Schema::current();
    let expected = at_once(&db).await;
    empty(&db).await;
    let mut older: Vec<Function> = current
        .functions()
        .iter()
        .map(|function| {
            let name = function.file.rsplit('/').next().unwrap().trim_end_matches(".sql");
            let sql = if function.sql.contains("returns trigger") {
                format!(
                    "create or replace function {name}() returns trigger language plpgsql as $$ begin return new; end $$;
                     create or replace trigger former_{name} before insert on products for each row execute function {name}();"
                )
            } else {
                format!("create or replace function {name}(p_other text) returns text language sql as 'select p_other';")
            };
            Function { file: function.file.clone(), sql: sql.into() }
        })
        .collect();
    older.push(Function {
        file: "orders/former.sql".into(),
        sql: "create or replace function former() returns trigger language plpgsql as $$ begin return new; end $$;
              create or replace trigger former before insert on orders for each row execute function former();"
            .into(),
    });
    apply(&db, &Schema::new(current.migrations().to_vec(), older)).await.unwrap();
    assert!(description(&db).await != expected);

    apply(&db, &current).await.unwrap();

    assert!(description(&db).await == expected, "{:#?}", differences(&description(&db).await, &expected));
}

#[sqlx::test(migrations = false)]
async fn the_description_shows_every_kind_of_difference(db: PgPool) {
    empty(&db).await;
    let mut before = at_once(&db).await;
    for change in [
        "alter table orders add column extra text",
        "alter table products alter column card set storage extended",
        "alter table carts drop constraint cart_status_known",
        "drop index order_by_user",
        "drop trigger product_is_indexed on products",
        "alter function place_order set enable_seqscan = off",
        "create view extra as select 1",
    ] {
        run(&db, change).await;
        let after = description(&db).await;
        assert_ne!(after, before, "{change}");
        before = after;
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_databases_of_tests_have_the_same_schema(db: PgPool) {
    let of_tests = description(&db).await;
    empty(&db).await;
    assert!(of_tests == at_once(&db).await);
}

#[sqlx::test(migrations = false)]
async fn applying_twice_changes_nothing(db: PgPool) {
    empty(&db).await;
    let before = at_once(&db).await;
    let mut connection = session(&db).await;
    let functions = versions(&mut connection).await;

    assert_eq!(apply(&db, &Schema::current()).await.unwrap(), Vec::<i64>::new());

    assert!(description(&db).await == before);
    assert_eq!(versions(&mut connection).await, functions);
}

#[sqlx::test(migrations = false)]
async fn a_function_that_does_not_compile_stops_everything(db: PgPool) {
    empty(&db).await;
    let current = Schema::current();
    let before = at_once(&db).await;
    let mut migrations = current.migrations().to_vec();
    migrations.push(migration(9000, "create table tomorrow (id bigint)"));
    let mut functions = current.functions().to_vec();
    functions[0].sql.to_mut().push_str("-- Another text.");
    functions.push(Function {
        file: "orders/tomorrow.sql".into(),
        sql: "create or replace function tomorrow() returns bigint language sql as 'select missing from orders';"
            .into(),
    });

    let error = apply(&db, &Schema::new(migrations, functions)).await.unwrap_err();

    assert_eq!(error.to_string(), "migrations/functions/orders/tomorrow.sql: column \"missing\" does not exist");
    assert!(description(&db).await == before);
    assert_eq!(apply(&db, &current).await.unwrap(), Vec::<i64>::new());
}

/// A file begins with a comment and creates one function, named as the file.
#[test]
fn each_file_has_one_function_with_a_comment() {
    for Function { file, sql } in Schema::current().functions() {
        let name = file.rsplit('/').next().unwrap().trim_end_matches(".sql");
        assert!(sql.starts_with("-- "), "{file} does not begin with a comment");
        assert_eq!(sql.matches("create or replace function ").count(), 1, "{file}");
        assert!(sql.contains(&format!("create or replace function {name}(")), "{file} does not create {name}");
    }
}

fn differences(one: &[String], other: &[String]) -> Vec<String> {
    let only = |these: &[String], those: &[String], sign: &str| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    [only(one, other, "+"), only(other, one, "-")].concat()
}
