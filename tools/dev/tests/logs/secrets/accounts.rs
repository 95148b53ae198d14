//! Superusers and sign-ins: passwords and tokens.

use std::sync::Arc;

use axum::body::Body;
use http::Method;
use migrate::Migrate;
use serde_json::{Value, json};
use shared::app::db::Connector;
use shared::app::{SystemClock, SystemRng};
use shared::testing::{Client, TestApp};

use super::{SUPERUSER_PASSWORD, Secrets, WRONG_PASSWORD, migrate_fails};

const PASSWORD: &str = "a quiet harbour at dawn";
const CUT_OFF_PASSWORD: &str = "the password of a body that is cut off";
/// A password that a client sends as a number.
const NUMBER: u64 = 981_273_645_109_283;

pub(super) async fn create_superuser(test: &TestApp, secrets: &mut Secrets) {
    let connector = Connector::to(test.db.connect_options().as_ref().clone());
    let migrate = Migrate { connector, currency: None, clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) };
    let password = secrets.add("the superuser's password", SUPERUSER_PASSWORD);
    let new = |password: Value| json!({"action": "create_superuser", "email": "root@example.com", "username": "root", "password": password});
    migrate::handle(&migrate, new(json!(password))).await.unwrap();
    migrate_fails(&migrate, new(json!(password))).await;
    migrate_fails(&migrate, new(json!(secrets.add("a password that is too short", "sh0rt&%x")[..4]))).await;
    migrate_fails(&migrate, new(json!(NUMBER))).await;
    migrate_fails(&migrate, json!({"action": "create_superuser", "pasword": password})).await;
}

/// Registers and logs in, with valid and with invalid passwords; returns the access token and the refresh token.
pub(super) async fn sign_in(client: &Client, secrets: &mut Secrets) -> (String, String) {
    let account = |password: Value| json!({"email": "ana@example.com", "username": "ana", "password": password});
    let password = secrets.add("a password", PASSWORD);
    let wrong = secrets.add("a wrong password", WRONG_PASSWORD);
    let cut_off = secrets.add("a password in a body that is cut off", CUT_OFF_PASSWORD);
    secrets.add("a password that is a number", NUMBER);
    client.post("/auth/users/", account(json!(NUMBER))).await.expect(400);
    client.post("/auth/users/", account(json!(password))).await.expect(201);
    client.post("/auth/jwt/create/", account(json!(wrong))).await.expect(401);
    client.post("/auth/jwt/create/", account(json!([wrong]))).await.expect(400);
    let as_json = client.clone().header("content-type", "application/json");
    let broken = Body::from(format!(r#"{{"email": "ana@example.com", "password": "{cut_off}"#));
    as_json.send(Method::POST, "/auth/jwt/create/", broken).await.expect(400);
    let tokens = client.post("/auth/jwt/create/", account(json!(password))).await.expect(200).body;
    let access = secrets.add_token(["an access token", "its signature"], &tokens["access"]);
    let refresh = secrets.add_token(["a refresh token", "the refresh token's signature"], &tokens["refresh"]);
    (access, refresh)
}

pub(super) async fn use_tokens(client: &Client, secrets: &mut Secrets, access: &str, refresh: &str) {
    client.post("/auth/jwt/verify/", json!({"token": access})).await.expect(200);
    let renewed = client.post("/auth/jwt/refresh/", json!({"refresh": refresh})).await.expect(200).body;
    secrets.add_token(["a renewed token", "the renewed token's signature"], &renewed["access"]);
    client.post("/auth/jwt/refresh/", json!({"refresh": access})).await.expect(401);
    client.post("/auth/jwt/verify/", json!({"token": [refresh]})).await.expect(400);
    let mut forged = access.to_owned();
    forged.truncate(access.len() - 10);
    let forged = secrets.add("a forged token", format!("{forged}forged1234"));
    client.clone().bearer(&forged).get("/auth/users/me/").await.expect(401);
    client.clone().bearer(&format!("{access} twice")).get("/auth/users/me/").await.expect(401);
    let change = json!({"current_password": WRONG_PASSWORD});
    client.clone().bearer(access).send_json(Method::DELETE, "/auth/users/me/", change).await.expect(400);
}
