//! Accounts and tokens, over HTTP and a real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking, and so do their helpers")]

mod abuse;
mod addresses;
mod bearer;
mod contract;
mod create_token;
mod create_user;
mod delete_me;
mod erasure;
mod export;
mod forgery;
mod jwks;
mod keys;
mod log_out;
mod mailed;
mod old_passwords;
mod openapi;
mod pages;
mod profile;
mod refresh_token;
mod rotation;
mod sign_ins;
mod staff_accounts;
mod staff_api_keys;
mod staff_audit;
mod staff_members;
mod staff_roles;
mod timing;
mod totp;
mod update_me;
mod users_activation;
mod users_addresses;
mod users_by_id;
mod users_limits;
mod users_list;
mod users_passwords;
mod verify_token;

use std::sync::Arc;

use auth::{AuthState, Lifetimes, Options};
use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{Answer, RecordingQueue, TestApp, TestUser};
use shared::users::Permissions;
use sqlx::PgPool;

/// Nobody's favourite.
const PASSWORD: &str = "a quiet harbour";

/// The service.
fn service(db: PgPool) -> TestApp {
    service_with(db, Options::default())
}

/// The service with other options, and a queue that nobody empties.
fn service_with(db: PgPool, options: Options) -> TestApp {
    TestApp::with_state(db, auth::router(), |app, signer| AuthState {
        app,
        signer: signer.clone(),
        lifetimes: Lifetimes::default(),
        options,
        queue: Arc::new(RecordingQueue::default()),
    })
}

/// What somebody of this name registers with.
fn registration(name: &str) -> Value {
    json!({"email": format!("{name}@example.com"), "username": name, "password": PASSWORD})
}

/// Registers somebody of this name.
async fn register(app: &TestApp, name: &str) -> UserId {
    let answer = app.anonymous().post("/auth/users/", registration(name)).await.expect(201);
    UserId(answer.body["id"].as_i64().expect("an id"))
}

/// Tries to log in.
async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/auth/jwt/create/", json!({"email": email, "password": password})).await
}

/// The tokens of somebody who registered by this name.
async fn tokens(app: &TestApp, name: &str) -> Tokens {
    let answer = log_in(app, &format!("{name}@example.com"), PASSWORD).await.expect(200);
    let token = |name: &str| answer.body[name].as_str().expect("a token").to_owned();
    Tokens { access: token("access"), refresh: token("refresh") }
}

/// A sign-in.
struct Tokens {
    access: String,
    refresh: String,
}

/// Changes accounts in ways that only staff and operators can.
async fn sql(app: &TestApp, statement: &'static str) {
    sqlx::query(statement).execute(&app.db).await.expect("a statement of the test's own");
}

/// Somebody of the staff who may do just this.
async fn staff_who_may(app: &TestApp, permissions: &[&str]) -> TestUser {
    app.a_staff_user_with(Permissions::of_names(permissions.iter().copied())).await
}
