//! A shop that requires a second factor of its staff: `STAFF_NEEDS_SECOND_FACTOR`.

use http::Method;
use serde_json::json;
use shared::testing::{Answer, Client, TestApp};
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::totp::{a_member_of_staff, code, log_in_with, remove, staff_with_a_second_factor};
use crate::{PASSWORD, register, service, service_with, sql, tokens};

fn strict(db: PgPool) -> TestApp {
    service_with(db, AuthOptions { staff_needs_second_factor: true, ..AuthOptions::default() })
}

/// Gives `ana` every permission.
async fn make_manager(app: &TestApp) {
    sql(
        app,
        "insert into user_roles (user_id, role_id) select u.id, r.id from users u, roles r where u.username = 'ana'",
    )
    .await;
}

/// Sends a request to each kind of operation for staff, and one that creates an API key.
async fn staff_requests(client: &Client) -> Vec<Answer> {
    vec![
        client.get("/auth/roles/").await,
        client.get("/auth/audit/").await,
        client.post("/auth/users/999/deactivate/", json!({})).await,
        client.get("/auth/users/999/").await,
        client.post("/auth/api_keys/", json!({"name": "Depot", "scopes": ["stock"]})).await,
    ]
}

/// Registers the customer whom `staff_requests` are about.
async fn add_customer(app: &TestApp) {
    sql(
        app,
        "insert into users (id, email, username, username_key, password_hash, created_at) overriding system value
               values (999, 'cus@example.com', 'cus', 'cus', '!', now())",
    )
    .await;
}

fn codes(answers: &[Answer]) -> Vec<(u16, &str)> {
    answers.iter().map(|answer| (answer.status, answer.body["code"].as_str().unwrap_or_default())).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_have_their_permissions_once_the_second_factor_is_confirmed(db: PgPool) {
    let app = strict(db);
    let ana = a_member_of_staff(&app).await;
    make_manager(&app).await;
    add_customer(&app).await;

    let refused = staff_requests(&ana).await;
    assert_eq!(codes(&refused), [(403, "second_factor_required"); 5]);
    let detail = refused[0].body["detail"].as_str().unwrap();
    assert!(detail.contains("POST /auth/totp/") && detail.contains("/admin/"), "{detail}");

    let set_up = ana.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    assert_eq!(codes(&staff_requests(&ana).await), [(403, "second_factor_required"); 5], "it is not confirmed");
    let secret = crate::totp::secret(&set_up);
    ana.post("/auth/totp/confirm/", json!({"code": code(&app, &secret)})).await.expect(200);

    let statuses: Vec<u16> = staff_requests(&ana).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 204, 200, 201]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn staff_without_a_second_factor_reach_their_own_account(db: PgPool) {
    let app = strict(db);
    let ana = a_member_of_staff(&app).await;
    make_manager(&app).await;
    for path in ["/auth/users/me/", "/auth/profile/", "/auth/addresses/", "/auth/sign_ins/", "/auth/totp/"] {
        ana.get(path).await.expect(200);
    }
    let all = ana.get("/auth/users/").await.expect(200);
    assert_eq!(all.body.as_array().unwrap().len(), 1, "as for a customer");
    ana.send_json(Method::PATCH, "/auth/users/me/", json!({"username": "anna"})).await.expect(200);
    ana.get("/auth/users/me/export/").await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_from_before_the_second_factor_has_no_permissions(db: PgPool) {
    let app = strict(db);
    let first = a_member_of_staff(&app).await;
    make_manager(&app).await;
    add_customer(&app).await;
    // The one who began this sign-in may know no more than the password.
    let other = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    let set_up = first.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    let secret = crate::totp::secret(&set_up);
    first.post("/auth/totp/confirm/", json!({"code": code(&app, &secret)})).await.expect(200);

    assert_eq!(codes(&staff_requests(&other).await), [(403, "second_factor_log_in_required"); 5]);
    first.get("/auth/roles/").await.expect(200);
    app.clock.advance(30);
    let pair = log_in_with(&app, PASSWORD, &code(&app, &secret)).await.expect(200);
    app.anonymous().bearer(pair.body["access"].as_str().unwrap()).get("/auth/roles/").await.expect(200);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn removing_the_second_factor_takes_the_permissions_and_stops_the_keys(db: PgPool) {
    let app = strict(db);
    let ana = staff_with_a_second_factor(&app).await;
    make_manager(&app).await;
    let scopes = json!({"name": "Desk", "scopes": ["customers"]});
    let key = ana.client.post("/auth/api_keys/", scopes).await.expect(201).body["key"].as_str().unwrap().to_owned();
    let use_key = async || app.with_key(&key).post("/auth/users/999/deactivate/", json!({})).await;
    use_key().await.expect(404);

    remove(&ana.client, PASSWORD, &code(&app, &ana.secret)).await.expect(204);

    let refused = ana.client.get("/auth/roles/").await.expect(403);
    assert_eq!(refused.body["code"], "second_factor_required");
    assert_eq!(use_key().await.expect(401).body["code"], "api_key_not_valid");
}

/// The thief of a device has no part in what the next device opens.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_that_proved_an_earlier_device_has_no_permissions(db: PgPool) {
    const PROVEN: &str = "select count(*) from sign_ins where has_second_factor";
    let app = strict(db);
    let ana = staff_with_a_second_factor(&app).await;
    make_manager(&app).await;
    add_customer(&app).await;
    let pair = log_in_with(&app, PASSWORD, &code(&app, &ana.secret)).await.expect(200);
    let other = app.anonymous().bearer(pair.body["access"].as_str().unwrap());
    other.get("/auth/roles/").await.expect(200);
    assert_eq!(app.count(PROVEN).await, 2);
    app.clock.advance(30);

    remove(&ana.client, PASSWORD, &code(&app, &ana.secret)).await.expect(204);
    assert_eq!(app.count(PROVEN).await, 0);
    let set_up = ana.client.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    let confirmed = json!({"code": code(&app, &crate::totp::secret(&set_up))});
    ana.client.post("/auth/totp/confirm/", confirmed).await.expect(200);

    ana.client.get("/auth/roles/").await.expect(200);
    assert_eq!(codes(&staff_requests(&other).await), [(403, "second_factor_log_in_required"); 5]);
    assert_eq!(app.count(PROVEN).await, 1);
}

/// An operator deletes the row of a lost device.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_device_is_proven_in_its_own_sign_in_alone_after_an_operator_removed_the_old_one(db: PgPool) {
    let app = strict(db);
    let ana = staff_with_a_second_factor(&app).await;
    make_manager(&app).await;
    let pair = log_in_with(&app, PASSWORD, &code(&app, &ana.secret)).await.expect(200);
    let other = app.anonymous().bearer(pair.body["access"].as_str().unwrap());
    sql(&app, "delete from totp_devices").await;

    let set_up = ana.client.post("/auth/totp/", json!({"current_password": PASSWORD})).await.expect(201);
    let confirmed = json!({"code": code(&app, &crate::totp::secret(&set_up))});
    ana.client.post("/auth/totp/confirm/", confirmed).await.expect(200);

    ana.client.get("/auth/roles/").await.expect(200);
    assert_eq!(other.get("/auth/roles/").await.expect(403).body["code"], "second_factor_log_in_required");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn by_default_staff_need_no_second_factor(db: PgPool) {
    let app = service(db);
    let ana = a_member_of_staff(&app).await;
    make_manager(&app).await;
    ana.get("/auth/roles/").await.expect(200);
    ana.post("/auth/api_keys/", json!({"name": "Depot", "scopes": ["stock"]})).await.expect(201);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn customers_need_no_second_factor(db: PgPool) {
    let app = strict(db);
    register(&app, "ben").await;
    let ben = app.anonymous().bearer(&tokens(&app, "ben").await.access);
    ben.get("/auth/users/me/").await.expect(200);
    assert_eq!(ben.get("/auth/roles/").await.expect(403).body["code"], "permission_denied");
}
