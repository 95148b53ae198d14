//! The roles of the functions: each can do what its function does, and no more.

use migrations::ROLES;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use crate::{applied, empty};

/// The test's database, as this role sees it.
async fn as_role(db: &PgPool, role: &str) -> PgPool {
    let options = db.connect_options().as_ref().clone().username(role);
    PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// Fails unless PostgreSQL refuses this statement because the role lacks a privilege.
async fn is_denied(db: &PgPool, sql: &str) {
    let error = sqlx::query(AssertSqlSafe(sql)).execute(db).await.expect_err(sql);
    assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"), "{sql}: {error}");
}

#[sqlx::test(migrations = false)]
async fn their_timeouts_and_plans_are_set(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    for (_, role) in ROLES {
        let as_role = as_role(&db, role).await;
        for (setting, value) in [
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("jit", "off"),
            ("synchronize_seqscans", "off"),
            ("max_parallel_workers_per_gather", "0"),
        ] {
            let set: String =
                sqlx::query_scalar("select current_setting($1)").bind(setting).fetch_one(&as_role).await.unwrap();
            assert_eq!(set, value, "{role}: {setting}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn none_rewrites_what_has_happened_or_changes_the_schema(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    for (_, role) in ROLES {
        let as_role = as_role(&db, role).await;
        for sql in [
            "update stock_ledger set change = 1",
            "delete from stock_ledger",
            "truncate stock_ledger",
            "update order_events set kind = 'paid'",
            "delete from order_events",
            "update audit_log set kind = 'nothing'",
            "delete from audit_log",
            "truncate audit_log",
            "update _sqlx_migrations set success = true",
            "delete from _sqlx_migrations",
            "delete from sql_functions",
            "update sql_functions_release set released_at = 0",
            "update shop set currency = 'JPY', exponent = 0",
            "delete from shop",
            "drop table orders",
            "create table mine (id int)",
            "alter table stock_levels drop constraint stock_not_negative",
        ] {
            is_denied(&as_role, sql).await;
        }
    }
}

#[sqlx::test(migrations = false)]
async fn only_auth_reads_the_secrets_of_accounts(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    for (function, role) in ROLES {
        let as_role = as_role(&db, role).await;
        for sql in [
            "select password_hash from users",
            "select secret from totp_devices",
            "select code_sha256 from recovery_codes",
            "select token_sha256 from refresh_tokens",
            "select token_sha256 from mailed_links",
            "select token_sha256 from registration_links",
            "select password_hash from registrations",
            "select key_sha256 from api_keys",
        ] {
            if function == "auth" {
                sqlx::query(sql).execute(&as_role).await.unwrap();
            } else {
                is_denied(&as_role, sql).await;
            }
        }
    }
}

#[sqlx::test(migrations = false)]
async fn no_role_is_another_or_creates_one(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    for (_, role) in ROLES {
        let as_role = as_role(&db, role).await;
        for (_, other) in ROLES.iter().filter(|(_, other)| *other != role) {
            is_denied(&as_role, &format!("set role {other}")).await;
        }
        is_denied(&as_role, "create role mine").await;
    }
}

#[sqlx::test(migrations = false)]
async fn not_even_the_owner_of_the_audit_log_changes_or_empties_it(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    let auth = as_role(&db, "shop_auth").await;
    sqlx::query("insert into audit_log (at, kind) values (now(), 'logged_in')").execute(&auth).await.unwrap();
    for sql in ["update audit_log set kind = 'nothing'", "delete from audit_log", "truncate audit_log"] {
        let error = sqlx::query(sql).execute(&db).await.unwrap_err();
        assert!(error.to_string().contains("the audit log is append-only"), "{sql}: {error}");
    }
    let count: i64 = sqlx::query_scalar("select count(*) from audit_log").fetch_one(&db).await.unwrap();
    assert_eq!(count, 1);
}

/// Whatever time it says it is.
#[sqlx::test(migrations = false)]
async fn scheduler_forgets_of_the_audit_log_what_is_older_than_400_days_and_nothing_else(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    let scheduler = as_role(&db, "shop_scheduler").await;
    sqlx::query(
        "insert into audit_log (at, kind) values
             (now() - interval '401 days', 'old'), (now() - interval '402 days', 'older'),
             (now() - interval '399 days', 'young'), (now(), 'new')",
    )
    .execute(&db)
    .await
    .unwrap();
    let left = || async {
        let left = "select string_agg(kind, ' ' order by at) from audit_log";
        sqlx::query_scalar::<_, String>(left).fetch_one(&db).await.unwrap()
    };
    for (sql, deleted, left_over) in [
        ("select forget_audit(now() - interval '10 days', 100)", 0, "older old young new"),
        ("select forget_audit(now() + interval '100 years', 1)", 1, "old young new"),
        ("select forget_audit(now() + interval '100 years', 100)", 1, "young new"),
        ("select forget_audit('infinity', 100)", 0, "young new"),
    ] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&scheduler).await.unwrap();
        assert_eq!((count, left().await.as_str()), (deleted, left_over), "{sql}");
    }
    let error = sqlx::query("delete from audit_log where kind = 'young'").execute(&db).await.unwrap_err();
    assert!(error.to_string().contains("the audit log is append-only"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn a_privilege_that_is_not_listed_any_more_is_revoked(db: PgPool) {
    empty(&db).await;
    applied(&db).await.unwrap();
    sqlx::raw_sql(
        "grant all on users to shop_cart; grant select (secret) on totp_devices to shop_cart; grant execute on function forget_audit to public;
         revoke select on carts from shop_cart",
    )
    .execute(&db)
    .await
    .unwrap();

    applied(&db).await.unwrap();

    let cart = as_role(&db, "shop_cart").await;
    for sql in ["select email from users", "select secret from totp_devices", "select forget_audit(now(), 1)"] {
        is_denied(&cart, sql).await;
    }
    sqlx::query("select * from carts").execute(&cart).await.unwrap();
}
