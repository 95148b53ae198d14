//! The secrets of second factors in the database: encrypted, for one account, with a key that can be replaced.

use std::sync::Arc;

use auth::{AuthState, KeyRing, Keys, Lifetimes, TotpKeys};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use shared::app::Environment;
use shared::testing::{RecordedLogs, RecordingQueue, TestApp};
use shared::users::totp::base32;
use sqlx::PgPool;

use crate::totp::{Staff, code, log_in_with, secret, staff_with_a_second_factor};
use crate::{PASSWORD, log_in, register, service, sql};

/// Returns the service with these keys, `version:byte`, of which the first encrypts.
fn service_with(db: PgPool, keys: &[(i16, u8)]) -> TestApp {
    let keys = keys.iter().map(|(version, byte)| format!("{version}:{}", BASE64_STANDARD.encode([*byte; 32])));
    let text = keys.collect::<Vec<_>>().join(",");
    let totp = TotpKeys::from_environment(&Environment::from_iter([("TOTP_KEYS", text)])).unwrap();
    TestApp::with_state(db, auth::router(), |app, signer| AuthState {
        app,
        keys: Arc::new(KeyRing::of(Keys { signer: signer.clone(), totp: Arc::new(totp) })),
        lifetimes: Lifetimes::default(),
        queue: Arc::new(RecordingQueue::default()),
    })
}

async fn key_version(app: &TestApp) -> i64 {
    app.count("select key_version::bigint from totp_devices").await
}

/// Logs in as `ana` on this service with the code of the time after the last log-in.
async fn status_with_code(app: &TestApp, ana: &Staff, seconds: i64) -> u16 {
    app.clock.advance(seconds);
    log_in_with(app, PASSWORD, &code(app, &ana.secret)).await.status
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_column_holds_neither_the_secret_nor_its_base32(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let stored: Vec<u8> = sqlx::query_scalar("select secret from totp_devices").fetch_one(&app.db).await.unwrap();
    let row: String = sqlx::query_scalar("select d::text from totp_devices d").fetch_one(&app.db).await.unwrap();
    for plain in [ana.secret.clone(), base32(&ana.secret).into_bytes(), base32(&ana.secret).to_lowercase().into_bytes()]
    {
        let part = &plain[..8];
        assert!(!stored.windows(part.len()).any(|window| window == part));
        assert!(!row.as_bytes().windows(part.len()).any(|window| window == part), "{row}");
    }
    assert_eq!(stored.len(), 48);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_that_is_copied_to_another_account_does_not_verify(db: PgPool) {
    let logs = RecordedLogs::start();
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    register(&app, "ben").await;
    sql(&app, "update users set is_staff = true").await;
    let ben = app.anonymous().bearer(&crate::tokens(&app, "ben").await.access);
    let set_up = ben.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    let confirm = json!({"code": code(&app, &secret(&set_up))});
    let confirmed = ben.post("/auth/totp/confirm/", confirm).await.expect(200);
    sql(
        &app,
        "update totp_devices set secret = (select d.secret from totp_devices d join users u on u.id = d.user_id where u.username = 'ana')",
    )
    .await;

    let log_in_ben = async |otp: &str| {
        let body = json!({"email": "ben@example.com", "password": PASSWORD, "otp": otp});
        app.anonymous().post("/auth/jwt/create/", body).await
    };
    let refused = log_in_ben(&code(&app, &ana.secret)).await.expect(401);
    assert_eq!(refused.body["code"], "otp_not_valid");
    assert!(!logs.with_message("second factor could not be decrypted").is_empty());
    log_in_with(&app, PASSWORD, &code(&app, &ana.secret)).await.expect(200);
    // The owner gets out of this with a recovery code.
    log_in_ben(confirmed.body["recovery_codes"][0].as_str().unwrap()).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_key_is_replaced_while_people_log_in(db: PgPool) {
    let (old, new) = ((1, 7), (2, 8));
    let before = service_with(db.clone(), &[old]);
    let ana = staff_with_a_second_factor(&before).await;
    assert_eq!(key_version(&before).await, 1);

    // Every function learns the new key before one encrypts with it.
    let prepared = service_with(db.clone(), &[old, new]);
    assert_eq!(status_with_code(&prepared, &ana, 60).await, 200);
    assert_eq!(key_version(&prepared).await, 1);

    let changed = service_with(db.clone(), &[new, old]);
    assert_eq!(status_with_code(&changed, &ana, 60 + 30).await, 200);
    assert_eq!(key_version(&changed).await, 2, "a log-in encrypts the secret again");
    assert_eq!(status_with_code(&prepared, &ana, 60).await, 200, "versions that are still running understand it");

    let after = service_with(db.clone(), &[new]);
    assert_eq!(status_with_code(&after, &ana, 60 + 30 + 60).await, 200);
    // Without the key the app is of no use, and recovery codes are.
    assert_eq!(status_with_code(&before, &ana, 60 + 30 + 60 + 30).await, 401);
    log_in_with(&before, PASSWORD, &ana.recovery_codes[0]).await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_wrong_code_does_not_encrypt_the_secret_again(db: PgPool) {
    let before = service_with(db.clone(), &[(1, 7)]);
    staff_with_a_second_factor(&before).await;
    let changed = service_with(db, &[(2, 8), (1, 7)]);
    log_in_with(&changed, PASSWORD, "000000").await.expect(401);
    log_in(&changed, "ana@example.com", PASSWORD).await.expect(401);
    assert_eq!(key_version(&changed).await, 1);
}
