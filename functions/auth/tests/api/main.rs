//! Tests of the `auth` function through its HTTP interface.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking, and so do their helpers")]

mod addresses;
mod bearer_tokens;
mod contract;
mod create_token;
mod create_user;
mod database_role;
mod delete_me;
mod django_passwords;
mod erasure;
mod export;
mod forged_tokens;
mod jwks;
mod key_secret;
mod log_in_limits;
mod log_out;
mod mailed_links;
mod openapi;
mod pages;
mod profile;
mod refresh_token;
mod request_limits;
mod second_factor_required;
mod sign_ins;
mod signing_keys;
mod staff_accounts;
mod staff_api_keys;
mod staff_audit;
mod staff_mails;
mod staff_members;
mod staff_roles;
mod timing;
mod token_rotation;
mod totp;
mod totp_encryption;
mod unknown_fields;
mod unproven_addresses;
mod update_me;
mod users_activation;
mod users_by_id;
mod users_emails;
mod users_list;
mod users_passwords;
mod verify_token;

use std::sync::Arc;

use auth::{AuthState, KeyRing, Keys, Lifetimes, TotpKeys};
use serde_json::{Value, json};
use shared::app::App;
use shared::ids::UserId;
use shared::testing::{Answer, RecordingQueue, TestApp, TestUser};
use shared::users::tokens::TokenSigner;
use shared::users::{AuthOptions, Permissions};
use sqlx::PgPool;

/// The password of every user who registers.
const PASSWORD: &str = "a quiet harbour";

/// Returns the service with its default options.
fn service(db: PgPool) -> TestApp {
    service_with(db, AuthOptions::default())
}

/// Returns the service with other options and a queue that only records.
fn service_with(db: PgPool, auth_options: AuthOptions) -> TestApp {
    TestApp::with_state(db, auth::router(), |app, signer| AuthState {
        app: App { auth_options, ..app },
        keys: keys(signer.clone()),
        lifetimes: Lifetimes::default(),
        queue: Arc::new(RecordingQueue::default()),
    })
}

/// Returns the keys of `auth` with this one for tokens.
fn keys(signer: Arc<TokenSigner>) -> Arc<KeyRing> {
    Arc::new(KeyRing::of(Keys { signer, totp: Arc::new(TotpKeys::single(&[7; 32]).unwrap()) }))
}

/// Returns the request with which a user of this name registers.
fn registration(name: &str) -> Value {
    json!({"email": format!("{name}@example.com"), "username": name, "password": PASSWORD})
}

/// Registers a user of this name.
async fn register(app: &TestApp, name: &str) -> UserId {
    let answer = app.anonymous().post("/auth/users/", registration(name)).await.expect(201);
    UserId(answer.body["id"].as_i64().expect("an id"))
}

/// Tries to log in.
async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/auth/jwt/create/", json!({"email": email, "password": password})).await
}

/// Logs in the user who registered with this name.
async fn tokens(app: &TestApp, name: &str) -> Tokens {
    let answer = log_in(app, &format!("{name}@example.com"), PASSWORD).await.expect(200);
    let token = |name: &str| answer.body[name].as_str().expect("a token").to_owned();
    Tokens { access: token("access"), refresh: token("refresh") }
}

/// The tokens of a sign-in.
struct Tokens {
    access: String,
    refresh: String,
}

/// Changes accounts in ways that only staff and operators can.
async fn sql(app: &TestApp, statement: &'static str) {
    sqlx::query(statement).execute(&app.db).await.expect("a valid statement");
}

/// Inserts a member of staff with these permissions only.
async fn staff_who_may(app: &TestApp, permissions: &[&str]) -> TestUser {
    app.a_staff_user_with(Permissions::from_names(permissions.iter().copied())).await
}
