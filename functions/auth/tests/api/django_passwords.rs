//! Accounts whose password hashes come from Django.

use serde_json::json;
use shared::testing::TestApp;
use shared::users::store;
use sqlx::PgPool;

use crate::{PASSWORD, log_in, register, service};

/// Hashes that Django 5.2 makes of [`PASSWORD`]: with its default hasher, and with `Argon2PasswordHasher`.
const DJANGO_HASHES: [&str; 2] = [
    "pbkdf2_sha256$1000000$Kq3vR8sWm1TzYx0LbNcDfG$14zDIM0DCqVq14eFYIgzykngr00gg9yV5ZXqBM7k520=",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$S3EzdlI4c1dtMVR6WXgwTGJOY0RmRw$ueAMOZXLdnEMdOsjAGvLMCWuhR5AwFZstviFcO7J9oI",
];

async fn store_hash(app: &TestApp, hash: &str) {
    sqlx::query("update users set password_hash = $1").bind(hash).execute(&app.db).await.unwrap();
}

async fn stored_hash(app: &TestApp) -> String {
    sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_successful_log_in_replaces_the_django_hash(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for hash in DJANGO_HASHES {
        store_hash(&app, hash).await;
        log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
        let renewed = stored_hash(&app).await;
        assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
        log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
        assert_eq!(stored_hash(&app).await, renewed, "the hash is replaced once");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_failed_log_in_does_not_replace_the_hash(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for hash in DJANGO_HASHES {
        store_hash(&app, hash).await;
        log_in(&app, "ana@example.com", "a quiet harbor").await.expect(401);
        assert_eq!(stored_hash(&app).await, hash);
    }
    sqlx::query("update users set is_active = false").execute(&app.db).await.unwrap();
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    assert_eq!(stored_hash(&app).await, DJANGO_HASHES[1]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_django_password_confirms_deleting_the_account(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    store_hash(&app, DJANGO_HASHES[0]).await;
    let client = app.anonymous().bearer(&app.token(ana).await);
    let body = json!({"current_password": PASSWORD});
    client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn replacing_the_hash_does_not_undo_a_concurrent_password_change(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let changed = stored_hash(&app).await;
    let mut tx = app.owner.begin().await.unwrap();
    store::renew_password_hash(&mut tx, ana, DJANGO_HASHES[0], "renewed").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stored_hash(&app).await, changed);
}
