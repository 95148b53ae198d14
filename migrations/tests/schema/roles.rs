//! The privileges of the roles: what PostgreSQL has granted is what `roles.sql` lists.

use std::collections::BTreeSet;

use migrations::{GRANTS, MIGRATOR, ROLES, Schema};
use sqlx::PgPool;

use crate::{apply, empty, run};

/// A privilege as one line: `shop_cart select users (email)`, `shop_cart execute caller()`.
type Privileges = BTreeSet<String>;

/// Reads the statements of `roles.sql`.
fn listed() -> Privileges {
    let without_comments: Vec<&str> = GRANTS.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    without_comments
        .join(" ")
        .split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|statement| !statement.is_empty())
        .flat_map(|statement| of_statement(&statement))
        .collect()
}

fn of_statement(statement: &str) -> Privileges {
    let parts = statement.strip_prefix("grant ").and_then(|rest| rest.split_once(" on "));
    let (privileges, rest) = parts.expect(statement);
    let (objects, roles) = rest.split_once(" to ").expect(statement);
    let (kind, objects) = objects.strip_prefix("function ").map_or(("", objects), |functions| ("()", functions));
    let objects = without_arguments(objects);
    let objects = objects.strip_prefix("sequence ").unwrap_or(&objects);
    let mut found = Privileges::new();
    for role in roles.split(", ") {
        for object in objects.split(", ") {
            for (privilege, columns) in with_columns(privileges) {
                if columns.is_empty() {
                    found.insert(format!("{role} {privilege} {object}{kind}"));
                }
                found.extend(columns.iter().map(|column| format!("{role} {privilege} {object} ({column})")));
            }
        }
    }
    found
}

/// Leaves out the arguments of functions, which the list names where a function has two signatures.
fn without_arguments(objects: &str) -> String {
    let mut depth = 0;
    objects
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '(');
            let is_outside = depth == 0;
            depth -= i32::from(*c == ')');
            is_outside
        })
        .collect()
}

/// Splits `select (a, b), insert` into `select` with two columns and `insert` with none.
fn with_columns(privileges: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut rest = privileges;
    while !rest.is_empty() {
        let end = rest.find([',', '(']).unwrap_or(rest.len());
        let (privilege, after) = rest.split_at(end);
        let (columns, after) = match after.strip_prefix('(') {
            Some(after) => after.split_once(')').expect("a closing parenthesis"),
            None => ("", after),
        };
        let columns = columns.split(", ").filter(|column| !column.is_empty()).collect();
        found.push((privilege.trim(), columns));
        rest = after.trim_start_matches([',', ' ']);
    }
    found
}

/// Reads what PostgreSQL has granted to the roles and to everyone: tables, columns, sequences, functions, and whatever they own.
async fn granted(db: &PgPool) -> Privileges {
    sqlx::query_scalar(include_str!("../../src/granted.sql")).fetch_all(db).await.unwrap().into_iter().collect()
}

fn roles_with(privileges: &Privileges, what: &str) -> Vec<String> {
    privileges.iter().filter_map(|line| line.strip_suffix(what)?.strip_suffix(' ').map(str::to_owned)).collect()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_roles_have_exactly_the_listed_privileges(db: PgPool) {
    let (granted, listed) = (granted(&db).await, listed());
    assert!(listed.len() > 200, "{}", listed.len());
    let (extra, missing) = (granted.difference(&listed), listed.difference(&granted));
    assert_eq!((extra.collect::<Vec<_>>(), missing.collect::<Vec<_>>()), (vec![], vec![]));
}

#[sqlx::test(migrations = false)]
async fn a_deployment_grants_the_same(db: PgPool) {
    empty(&db).await;
    for _ in 0..2 {
        apply(&db, &Schema::current()).await.unwrap();
        assert_eq!(granted(&db).await, listed());
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn every_kind_of_extra_privilege_is_seen(db: PgPool) {
    for (change, expected) in [
        ("grant references on users to shop_cart", "shop_cart references users"),
        ("grant update (email) on users to shop_cart", "shop_cart update users (email)"),
        ("grant usage on sequence users_id_seq to shop_cart", "shop_cart usage users_id_seq"),
        ("grant select on users to public", "public select users"),
        ("grant execute on function forget_audit to public", "public execute forget_audit()"),
        ("grant create on schema public to shop_cart", "shop_cart create schema public"),
        ("alter table roles owner to shop_cart", "shop_cart owns roles"),
    ] {
        run(&db, change).await;
        assert!(granted(&db).await.contains(expected), "{change}: {:?}", granted(&db).await.difference(&listed()));
    }
}

/// Only `auth` reads what opens an account, and the audit log only grows.
#[test]
fn secrets_and_the_audit_log_are_auths_alone() {
    let listed = listed();
    for (table, secret) in [
        ("users", "password_hash"),
        ("registrations", "password_hash"),
        ("totp_devices", "secret"),
        ("recovery_codes", "code_sha256"),
        ("refresh_tokens", "token_sha256"),
        ("mailed_links", "token_sha256"),
        ("registration_links", "token_sha256"),
        ("api_keys", "key_sha256"),
    ] {
        assert_eq!(roles_with(&listed, &format!("select {table}")), ["shop_auth"], "{table}");
        assert_eq!(roles_with(&listed, &format!("select {table} ({secret})")), Vec::<String>::new(), "{table}");
    }
    let changes = ["update", "delete", "truncate"];
    let of_log = |line: &&String| line.contains(" audit_log") && changes.iter().any(|change| line.contains(change));
    assert_eq!(listed.iter().filter(of_log).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn the_list_names_each_role_and_no_other() {
    let named: BTreeSet<String> =
        listed().iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(named, ROLES.iter().map(|(_, role)| (*role).to_owned()).collect());
}

/// A function that runs as its owner finds its tables by a fixed path, or a caller could put others in front of them.
#[sqlx::test(migrator = "MIGRATOR")]
async fn functions_that_run_as_the_owner_have_a_fixed_search_path(db: PgPool) {
    let found: Vec<String> = sqlx::query_scalar(
        "select proname::text from pg_proc
          where pronamespace = 'public'::regnamespace and prosecdef and not 'search_path=public, pg_temp' = any (coalesce(proconfig, '{}'))",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(found, Vec::<String>::new());
}
