//! Accounts whose passwords Django kept.

use serde_json::json;
use shared::testing::TestApp;
use shared::users::store;
use sqlx::PgPool;

use crate::{PASSWORD, log_in, register, service};

/// What Django 5.2 makes of [`PASSWORD`]: its usual way, and `Argon2PasswordHasher`.
const OF_DJANGO: [&str; 2] = [
    "pbkdf2_sha256$1000000$Kq3vR8sWm1TzYx0LbNcDfG$14zDIM0DCqVq14eFYIgzykngr00gg9yV5ZXqBM7k520=",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$S3EzdlI4c1dtMVR6WXgwTGJOY0RmRw$ueAMOZXLdnEMdOsjAGvLMCWuhR5AwFZstviFcO7J9oI",
];

async fn keep(app: &TestApp, hash: &str) {
    sqlx::query("update users set password_hash = $1").bind(hash).execute(&app.db).await.unwrap();
}

async fn kept(app: &TestApp) -> String {
    sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_good_log_in_keeps_the_password_as_todays_are(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for hash in OF_DJANGO {
        keep(&app, hash).await;
        log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
        let renewed = kept(&app).await;
        assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
        log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
        assert_eq!(kept(&app).await, renewed, "once");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_wrong_password_and_a_switched_off_account_change_nothing(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    for hash in OF_DJANGO {
        keep(&app, hash).await;
        log_in(&app, "ana@example.com", "a quiet harbor").await.expect(401);
        assert_eq!(kept(&app).await, hash);
    }
    sqlx::query("update users set is_active = false").execute(&app.db).await.unwrap();
    log_in(&app, "ana@example.com", PASSWORD).await.expect(401);
    assert_eq!(kept(&app).await, OF_DJANGO[1]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_old_password_opens_what_asks_for_it_again(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    keep(&app, OF_DJANGO[0]).await;
    let client = app.anonymous().bearer(&app.token(ana));
    let body = json!({"current_password": PASSWORD});
    client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_password_that_was_changed_meanwhile_stays_changed(db: PgPool) {
    let app = service(db);
    let ana = register(&app, "ana").await;
    let changed = kept(&app).await;
    let mut tx = app.app.db.begin().await.unwrap();
    store::renew_password_hash(&mut tx, ana, OF_DJANGO[0], "renewed").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept(&app).await, changed);
}
