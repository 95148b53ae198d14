//! Functions: replaced when their text changes, dropped when their file goes, checked all together.

use sqlx::PgPool;

use crate::{apply, empty, number, run, schema, session, versions};

const ITEMS: &str = "create table items (id bigint primary key, price bigint)";
const ONE: (&str, &str) =
    ("items/one.sql", "create or replace function one() returns bigint language sql as 'select 1::bigint';");
const TWO: (&str, &str) =
    ("items/two.sql", "create or replace function two() returns bigint language sql as 'select 2 * one()';");
const PLACE: (&str, &str) =
    ("items/place.sql", "create or replace function place(p_id bigint) returns bigint language sql as 'select p_id';");

#[sqlx::test(migrations = false)]
async fn only_a_function_whose_text_changed_is_replaced(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[], &[ONE, TWO])).await.unwrap();
    let mut connection = session(&db).await;
    let before = versions(&mut connection).await;
    let other = (ONE.0, "create or replace function one() returns bigint language sql as 'select 11::bigint';");

    apply(&db, &schema(&[], &[other, TWO])).await.unwrap();

    let after = versions(&mut connection).await;
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1], before[1]);
    assert_eq!(number(&db, "select two()").await, 22);
}

/// `one` is used by what comes before it.
#[sqlx::test(migrations = false)]
async fn functions_may_be_in_any_order(db: PgPool) {
    empty(&db).await;
    let first =
        ("a/first.sql", "create or replace function first() returns bigint language sql as 'select two() + one()';");

    apply(&db, &schema(&[], &[first, ONE, TWO])).await.unwrap();

    assert_eq!(number(&db, "select first()").await, 3);
}

#[sqlx::test(migrations = false)]
async fn a_removed_function_is_dropped_with_its_triggers(db: PgPool) {
    empty(&db).await;
    let double = (
        "items/double.sql",
        "create or replace function double() returns trigger language plpgsql as $$ begin new.price := 2 * new.price; return new; end $$;
         create or replace trigger item_costs_double before insert on items for each row execute function double();",
    );
    apply(&db, &schema(&[ITEMS], &[ONE, double])).await.unwrap();
    run(&db, "insert into items values (1, 1)").await;

    apply(&db, &schema(&[ITEMS], &[ONE])).await.unwrap();

    run(&db, "insert into items values (2, 1)").await;
    assert_eq!(number(&db, "select sum(price)::bigint from items").await, 3);
    assert_eq!(number(&db, "select count(*) from pg_proc where proname = 'double'").await, 0);
    assert_eq!(number(&db, "select count(*) from sql_functions").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_trigger_that_left_the_file_is_dropped(db: PgPool) {
    empty(&db).await;
    let with = (
        "items/halve.sql",
        "create or replace function halve() returns trigger language plpgsql as $$ begin new.price := new.price / 2; return new; end $$;
         create or replace trigger item_costs_half before insert on items for each row execute function halve();
         create or replace trigger item_costs_half_again before insert on items for each row execute function halve();",
    );
    let without = (
        with.0,
        "create or replace function halve() returns trigger language plpgsql as $$ begin new.price := new.price / 2; return new; end $$;
         create or replace trigger item_costs_half_again before insert on items for each row execute function halve();",
    );
    apply(&db, &schema(&[ITEMS], &[with])).await.unwrap();
    apply(&db, &schema(&[ITEMS], &[without])).await.unwrap();

    run(&db, "insert into items values (1, 8)").await;

    assert_eq!(number(&db, "select price from items").await, 4);
}

#[sqlx::test(migrations = false)]
async fn a_function_that_is_still_used_is_not_dropped(db: PgPool) {
    empty(&db).await;
    let using = "create table counted (id bigint default one())";
    apply(&db, &schema(&[], &[ONE])).await.unwrap();
    apply(&db, &schema(&[using], &[ONE])).await.unwrap();

    let error = apply(&db, &schema(&[using], &[])).await.unwrap_err();

    assert!(error.to_string().contains("cannot drop function one()"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn a_return_type_and_names_of_parameters_may_change(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[], &[PLACE])).await.unwrap();
    let table = (
        PLACE.0,
        "create or replace function place(p_number bigint) returns table (number bigint, name text) language sql as $$ select p_number, '' $$;",
    );

    apply(&db, &schema(&[], &[table])).await.unwrap();

    assert_eq!(number(&db, "select number from place(7)").await, 7);
}

#[sqlx::test(migrations = false)]
async fn another_signature_replaces_the_old_one(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[], &[PLACE])).await.unwrap();
    let two = (
        PLACE.0,
        "create or replace function place(p_id bigint, p_more bigint) returns bigint language sql as 'select p_id + p_more';",
    );

    apply(&db, &schema(&[], &[two])).await.unwrap();

    assert_eq!(number(&db, "select place(1, 2)").await, 3);
    assert_eq!(number(&db, "select count(*) from pg_proc where proname = 'place'").await, 1);
}

#[sqlx::test(migrations = false)]
async fn an_old_signature_works_while_it_is_kept(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[], &[PLACE])).await.unwrap();
    let oid = number(&db, "select oid::bigint from pg_proc where proname = 'place'").await;
    let two = (
        PLACE.0,
        "create or replace function place(p_id bigint, p_more bigint) returns bigint language sql as 'select p_id + p_more';",
    );
    let kept = ("previous/place.sql", PLACE.1);

    apply(&db, &schema(&[], &[two, kept])).await.unwrap();
    assert_eq!(number(&db, "select place(1) + place(1, 2)").await, 4);
    // The same function, so a call that is under way does not lose it.
    assert_eq!(number(&db, "select oid::bigint from pg_proc where proname = 'place' and pronargs = 1").await, oid);

    // The next release.
    apply(&db, &schema(&[], &[two])).await.unwrap();
    assert_eq!(number(&db, "select count(*) from pg_proc where proname = 'place'").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_caller_of_what_is_gone_stops_the_release(db: PgPool) {
    empty(&db).await;
    apply(&db, &schema(&[], &[ONE, TWO])).await.unwrap();

    let error = apply(&db, &schema(&[], &[TWO])).await.unwrap_err();

    assert_eq!(error.to_string(), "migrations/functions/items/two.sql: function one() does not exist");
    assert_eq!(number(&db, "select two()").await, 2);
}

#[sqlx::test(migrations = false)]
async fn a_mistake_in_the_syntax_of_plpgsql_is_found(db: PgPool) {
    empty(&db).await;
    let wrong = (
        "items/wrong.sql",
        "create or replace function wrong() returns bigint language plpgsql as $$ begin retrun 1; end $$;",
    );

    let error = apply(&db, &schema(&[ITEMS], &[wrong])).await.unwrap_err();

    assert!(error.to_string().starts_with("migrations/functions/items/wrong.sql: syntax error"), "{error}");
    assert_eq!(number(&db, "select count(*) from pg_class where relname = 'items'").await, 0);
}

#[sqlx::test(migrations = false)]
async fn a_file_has_to_create_the_function_of_its_name(db: PgPool) {
    empty(&db).await;
    let error = apply(&db, &schema(&[], &[("items/other.sql", ONE.1)])).await.unwrap_err();

    assert_eq!(error.to_string(), "migrations/functions/items/other.sql: it has to create one function, other");
}
