//! The second factor and logging in with a code: `/auth/totp/`.

use data_encoding::BASE32_NOPAD;
use http::Method;
use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::testing::{Answer, Client, TestApp};
use shared::users::totp;
use sqlx::PgPool;

use crate::{PASSWORD, log_in, register, service, sql, tokens};

/// A member of staff with a confirmed second factor.
pub(crate) struct Staff {
    pub(crate) client: Client,
    pub(crate) secret: Vec<u8>,
    pub(crate) recovery_codes: Vec<String>,
}

/// Registers `ana` and makes her a member of staff.
pub(crate) async fn a_member_of_staff(app: &TestApp) -> Client {
    register(app, "ana").await;
    sql(app, "update users set is_staff = true where username = 'ana'").await;
    app.anonymous().bearer(&tokens(app, "ana").await.access)
}

async fn set_up(client: &Client) -> Vec<u8> {
    secret(&client.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201))
}

/// Returns the secret in the response to a set-up.
pub(crate) fn secret(set_up: &Answer) -> Vec<u8> {
    BASE32_NOPAD.decode(set_up.body["secret"].as_str().unwrap().as_bytes()).unwrap()
}

pub(crate) async fn staff_with_a_second_factor(app: &TestApp) -> Staff {
    let client = a_member_of_staff(app).await;
    let secret = set_up(&client).await;
    let answer = client.post("/auth/totp/confirm/", json!({"code": code(app, &secret)})).await.expect(200);
    // The code that confirmed the device cannot be used again.
    app.clock.advance(30);
    Staff { client, secret, recovery_codes: recovery_codes(&answer) }
}

fn recovery_codes(answer: &Answer) -> Vec<String> {
    answer.body["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Returns the current code of the authenticator app.
pub(crate) fn code(app: &TestApp, secret: &[u8]) -> String {
    totp::code(secret, app.clock.now().seconds() / 30)
}

/// Returns six digits that are not a code of the current or a neighbouring time step.
fn wrong_code(app: &TestApp, secret: &[u8]) -> String {
    let step = app.clock.now().seconds() / 30;
    let near: Vec<String> = (step - 2..=step + 2).map(|step| totp::code(secret, step)).collect();
    ["000000", "111111", "222222", "333333", "444444", "555555"]
        .into_iter()
        .find(|code| !near.iter().any(|near| near == code))
        .unwrap()
        .to_owned()
}

pub(crate) async fn log_in_with(app: &TestApp, password: &str, otp: &str) -> Answer {
    let body = json!({"email": "ana@example.com", "password": password, "otp": otp});
    app.anonymous().post("/auth/jwt/create/", body).await
}

pub(crate) async fn remove(client: &Client, password: &str, code: &str) -> Answer {
    let body = json!({"current_password": password, "code": code});
    client.send_json(Method::DELETE, "/auth/totp/", body).await
}

fn required() -> Value {
    json!({"detail": "Logging in requires a code. Send it as `otp`.", "code": "otp_required"})
}

fn not_valid() -> Value {
    json!({"detail": "The code is invalid. Enter the code that your app shows now.", "code": "otp_not_valid"})
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_set_up_has_no_effect_until_it_is_confirmed(db: PgPool) {
    let app = service(db);
    let ana = a_member_of_staff(&app).await;

    let set_up = ana.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);

    let secret = set_up.body["secret"].as_str().unwrap();
    let uri = format!(
        "otpauth://totp/shop.test:ana%40example.com?secret={secret}&issuer=shop.test&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!((secret.len(), set_up.body["uri"].as_str()), (32, Some(&*uri)));
    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    let state = ana.get("/auth/totp/").await.expect(200);
    assert_eq!(state.body, json!({"is_enabled": false, "recovery_codes_left": 0}));
    let again = ana.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    assert_ne!(again.body["secret"], set_up.body["secret"]);
    let refused = remove(&ana, PASSWORD, "123456").await.expect(409);
    assert_eq!(refused.body["code"], "totp_not_enabled");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn confirming_returns_ten_recovery_codes_which_are_stored_as_digests(db: PgPool) {
    let app = service(db);
    let ana = a_member_of_staff(&app).await;
    assert_eq!(
        ana.post("/auth/totp/confirm/", json!({"code": "1"})).await.expect(409).body["code"],
        "totp_not_enabled"
    );
    let secret = set_up(&ana).await;

    let wrong = ana.post("/auth/totp/confirm/", json!({"code": wrong_code(&app, &secret)})).await.expect(400);
    assert_eq!(wrong.body, json!({"code": ["The code is invalid. Enter the code that your app shows now."]}));
    let codes =
        recovery_codes(&ana.post("/auth/totp/confirm/", json!({"code": code(&app, &secret)})).await.expect(200));

    assert_eq!(codes.len(), 10);
    for code in &codes {
        let count: i64 = sqlx::query_scalar("select count(*) from recovery_codes where code_sha256 = $1")
            .bind(totp::recovery_code_sha256(code))
            .fetch_one(&app.db)
            .await
            .unwrap();
        assert_eq!(count, 1, "each code is stored once, as a digest");
    }
    let state = ana.get("/auth/totp/").await.expect(200);
    assert_eq!(state.body, json!({"is_enabled": true, "recovery_codes_left": 10}));
    assert_eq!(ana.post("/auth/totp/confirm/", json!({"code": "1"})).await.expect(409).body["code"], "totp_enabled");
    let again = ana.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(409);
    assert_eq!(again.body["code"], "totp_enabled");
    assert_eq!(app.count("select count(*) from audit_log where kind = 'totp_enabled'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_staff_can_set_up_a_second_factor(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let ana = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let proof = json!({"current_password": PASSWORD, "code": "123456"});
    for refused in [
        ana.get("/auth/totp/").await,
        ana.post("/auth/totp/", json!({"current_password": PASSWORD})).await,
        ana.post("/auth/totp/confirm/", json!({"code": "123456"})).await,
        ana.post("/auth/totp/recovery_codes/", proof.clone()).await,
        remove(&ana, PASSWORD, "123456").await,
    ] {
        assert_eq!(refused.expect(403).body["code"], "staff_only");
    }
    assert_eq!(app.count("select count(*) from totp_devices").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn setting_up_and_removing_need_the_password(db: PgPool) {
    let app = service(db);
    let ana = a_member_of_staff(&app).await;
    let refused = ana.post("/auth/totp/", json!({"current_password": "not this"})).await.expect(400);
    assert_eq!(refused.body, json!({"current_password": ["Invalid password."]}));
    assert_eq!(app.count("select count(*) from totp_devices").await, 0);
    let secret = set_up(&ana).await;
    ana.post("/auth/totp/confirm/", json!({"code": code(&app, &secret)})).await.expect(200);
    app.clock.advance(30);

    remove(&ana, "not this", &code(&app, &secret)).await.expect(400);
    let wrong = remove(&ana, PASSWORD, &wrong_code(&app, &secret)).await.expect(400);

    assert_eq!(wrong.body, json!({"code": ["The code is invalid. Enter the code that your app shows now."]}));
    assert_eq!(app.count("select count(*) from totp_devices where confirmed_at is not null").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_correct_password_reveals_that_a_code_is_needed(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;

    assert_eq!(log_in(&app, "ana@example.com", PASSWORD).await.expect(401).body, required());
    assert_eq!(log_in_with(&app, PASSWORD, " ").await.expect(401).body, required(), "a form sends blank fields too");
    assert_eq!(log_in_with(&app, PASSWORD, &wrong_code(&app, &ana.secret)).await.expect(401).body, not_valid());
    let no_account = json!({"detail": "No active account found with the given credentials"});
    assert_eq!(log_in_with(&app, "not this", &code(&app, &ana.secret)).await.expect(401).body, no_account);

    // The attempt with the wrong password did not use the code up.
    let pair = log_in_with(&app, PASSWORD, &code(&app, &ana.secret)).await.expect(200);
    assert!(pair.body["access"].is_string());
    assert_eq!(
        log_in_with(&app, PASSWORD, &code(&app, &ana.secret)).await.expect(401).body,
        not_valid(),
        "it is good once"
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_log_ins_with_one_code_succeed_once(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let code = code(&app, &ana.secret);

    let (a, b, c) = tokio::join!(
        log_in_with(&app, PASSWORD, &code),
        log_in_with(&app, PASSWORD, &code),
        log_in_with(&app, PASSWORD, &code)
    );

    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_recovery_code_can_be_used_once(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let [first, second, ..] = ana.recovery_codes.as_slice() else { panic!("ten codes") };

    log_in_with(&app, PASSWORD, &first.to_uppercase().replace('-', " ")).await.expect(200);
    assert_eq!(log_in_with(&app, PASSWORD, first).await.expect(401).body, not_valid());
    log_in_with(&app, PASSWORD, second).await.expect(200);

    let state = ana.client.get("/auth/totp/").await.expect(200);
    assert_eq!(state.body, json!({"is_enabled": true, "recovery_codes_left": 8}));
    assert_eq!(app.count("select count(*) from audit_log where kind = 'recovery_code_used'").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn new_recovery_codes_replace_the_old_ones(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let proof = |code: String| json!({"current_password": PASSWORD, "code": code});

    let wrong = ana.client.post("/auth/totp/recovery_codes/", proof(wrong_code(&app, &ana.secret))).await;
    wrong.expect(400);
    let renewed = ana.client.post("/auth/totp/recovery_codes/", proof(code(&app, &ana.secret))).await.expect(200);

    log_in_with(&app, PASSWORD, &ana.recovery_codes[0]).await.expect(401);
    log_in_with(&app, PASSWORD, &recovery_codes(&renewed)[0]).await.expect(200);
    assert_eq!(app.count("select count(*) from recovery_codes").await, 10);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'recovery_codes_renewed'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_recovery_code_removes_a_lost_device(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;

    remove(&ana.client, PASSWORD, &ana.recovery_codes[3]).await.expect(204);

    log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    assert_eq!(app.count("select count(*) from totp_devices").await, 0);
    assert_eq!(app.count("select count(*) from recovery_codes").await, 0);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'totp_disabled'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_former_member_of_staff_needs_the_code_and_can_remove_it(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    sql(&app, "update users set is_staff = false").await;

    assert_eq!(log_in(&app, "ana@example.com", PASSWORD).await.expect(401).body, required());
    ana.client.get("/auth/totp/").await.expect(200);
    remove(&ana.client, PASSWORD, &code(&app, &ana.secret)).await.expect(204);
    ana.client.get("/auth/totp/").await.expect(403);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn five_wrong_codes_are_checked_before_the_limit(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let wrong = wrong_code(&app, &ana.secret);
    let proof = json!({"current_password": PASSWORD, "code": wrong});

    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(ana.client.post("/auth/totp/recovery_codes/", proof.clone()).await.status);
    }

    // The correct password does not reset the count of wrong codes.
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429, 429]);
    let throttled = remove(&ana.client, PASSWORD, &code(&app, &ana.secret)).await.expect(429);
    assert!(throttled.header("retry-after").parse::<u32>().unwrap() > 0);
    app.clock.advance(30);
    remove(&ana.client, PASSWORD, &code(&app, &ana.secret)).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn wrong_codes_are_logged_without_the_code(db: PgPool) {
    let app = service(db);
    let ana = staff_with_a_second_factor(&app).await;
    let wrong = wrong_code(&app, &ana.secret);

    log_in_with(&app, PASSWORD, &wrong).await.expect(401);

    assert_eq!(app.count("select count(*) from audit_log where kind = 'log_in_failed'").await, 1);
    let lines: Vec<String> = sqlx::query_scalar("select a::text from audit_log a").fetch_all(&app.db).await.unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains(&wrong)), "{lines:?}");
}

/// Such an attempt leaves a line in the audit log, because its sender knows the password. The owner logs in nevertheless, with clients that
/// ask for the code after the first answer.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn log_ins_without_a_code_leave_60_lines_an_hour_and_lock_nobody_out(db: PgPool) {
    let app = service(db);
    let staff = staff_with_a_second_factor(&app).await;
    for _ in 0..70 {
        assert_eq!(log_in(&app, "ana@example.com", PASSWORD).await.expect(401).body, required());
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'log_in_failed'").await, 60);
    log_in_with(&app, PASSWORD, &code(&app, &staff.secret)).await.expect(200);
    app.clock.advance(3600);
    assert_eq!(log_in(&app, "ana@example.com", PASSWORD).await.expect(401).body, required());
    assert_eq!(app.count("select count(*) from audit_log where kind = 'log_in_failed'").await, 61);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn wrong_codes_elsewhere_do_not_lock_the_owner_out(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    sql(&app, "update users set is_staff = true where username = 'ana'").await;
    let at = |address: &str| app.anonymous().at(address);
    let with = |otp: &str| json!({"email": "ana@example.com", "password": PASSWORD, "otp": otp});
    let first = at("203.0.113.7").post("/auth/jwt/create/", with("")).await.expect(200);
    let ana = at("203.0.113.7").bearer(first.body["access"].as_str().unwrap());
    let secret = set_up(&ana).await;
    ana.post("/auth/totp/confirm/", json!({"code": code(&app, &secret)})).await.expect(200);
    app.clock.advance(30);
    let wrong = wrong_code(&app, &secret);
    for _ in 0..5 {
        at("198.51.100.1").post("/auth/jwt/create/", with(&wrong)).await.expect(401);
    }
    let good = code(&app, &secret);
    at("198.51.100.1").post("/auth/jwt/create/", with(&good)).await.expect(429);
    at("192.0.2.1").post("/auth/jwt/create/", with(&good)).await.expect(429);

    at("203.0.113.200").post("/auth/jwt/create/", with(&good)).await.expect(200);

    // Guessing is limited in the known network too.
    for _ in 0..5 {
        at("203.0.113.7").post("/auth/jwt/create/", with(&wrong)).await.expect(401);
    }
    at("203.0.113.7").post("/auth/jwt/create/", with(&wrong)).await.expect(429);
}
