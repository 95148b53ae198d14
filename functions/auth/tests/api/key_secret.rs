//! The keys in Secrets Manager, with a server that stands in for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auth::{AuthState, KeyRing, Lifetimes};
use axum::Router;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use shared::app::Environment;
use shared::testing::{RecordedLogs, RecordingQueue, TestApp};
use shared::users::tokens::TokenVerifier;
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::signing_keys::Key;
use crate::{PASSWORD, log_in, register, tokens};

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/auth-AbCdEf";

/// A server that answers `GetSecretValue`.
#[derive(Clone)]
struct SecretsManager {
    url: String,
    /// Its answer; without one it keeps its clients waiting.
    answer: Arc<Mutex<Option<(StatusCode, Value)>>>,
    calls: Arc<AtomicUsize>,
}

impl SecretsManager {
    async fn start(answer: Option<(StatusCode, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, answer: Arc::new(Mutex::new(answer)), calls: Arc::default() };
        let router = Router::new().fallback(answer_to).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

async fn answer_to(State(server): State<SecretsManager>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    server.calls.fetch_add(1, Ordering::SeqCst);
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    assert!(headers["authorization"].to_str().unwrap().contains("/eu-central-1/secretsmanager/aws4_request"));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"SecretId": ARN}));
    let answer = server.answer.lock().unwrap().clone();
    match answer {
        Some((status, body)) => (status, body.to_string()),
        None => std::future::pending().await,
    }
}

/// Returns the answer with a secret of this text.
fn secret(text: &str) -> Option<(StatusCode, Value)> {
    Some((
        StatusCode::OK,
        json!({"ARN": ARN, "Name": "shop/auth", "SecretString": text, "VersionStages": ["AWSCURRENT"]}),
    ))
}

/// Returns the answer with the secret that an operator makes.
fn secret_with(key: &Key) -> Option<(StatusCode, Value)> {
    let totp_keys = format!("1:{}", BASE64_STANDARD.encode([7; 32]));
    secret(&json!({"TOKEN_SIGNING_KEY": key.private(), "TOTP_KEYS": totp_keys}).to_string())
}

fn refusal() -> Option<(StatusCode, Value)> {
    let body = json!({"__type": "AccessDeniedException", "Message": "shop-auth may not perform secretsmanager:GetSecretValue"});
    Some((StatusCode::BAD_REQUEST, body))
}

/// Returns the service, which reads its keys from this server and accepts tokens of this key.
fn service_at(db: PgPool, server: &SecretsManager, key: &Key) -> TestApp {
    let environment = Environment::from_iter([
        ("AUTH_SECRET_ARN", ARN),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &server.url),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ]);
    let verifier = Arc::new(TokenVerifier::new([key.public()]));
    TestApp::with_state(db, auth::router(), |mut app, _| {
        app.verifier = verifier;
        let keys = Arc::new(KeyRing::from_environment(&environment).unwrap());
        AuthState { app, keys, lifetimes: Lifetimes::default(), queue: Arc::new(RecordingQueue::default()) }
    })
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_keys_are_read_once_from_the_secret(db: PgPool) {
    let key = Key::new();
    let server = SecretsManager::start(secret_with(&key)).await;
    let app = service_at(db, &server, &key);
    register(&app, "ana").await;
    assert_eq!(server.calls(), 0, "registering needs no key");

    let ana = tokens(&app, "ana").await;
    app.anonymous().bearer(&ana.access).get("/auth/users/me/").await.expect(200);
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": ana.refresh})).await.expect(200);
    tokens(&app, "ana").await;

    assert_eq!(server.calls(), 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn requests_at_once_read_the_secret_once(db: PgPool) {
    let key = Key::new();
    let server = SecretsManager::start(secret_with(&key)).await;
    let app = service_at(db, &server, &key);
    register(&app, "ana").await;
    let (a, b) = tokio::join!(log_in(&app, "ana@example.com", PASSWORD), log_in(&app, "ana@example.com", PASSWORD));
    assert_eq!(([a.status, b.status], server.calls()), ([200, 200], 1));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_failure_is_503_and_the_next_request_tries_again(db: PgPool) {
    let logs = RecordedLogs::start();
    let key = Key::new();
    let server = SecretsManager::start(refusal()).await;
    let app = service_at(db, &server, &key);
    register(&app, "ana").await;

    for _ in 0..2 {
        let refused = log_in(&app, "ana@example.com", PASSWORD).await.expect(503);
        assert_eq!((refused.header("retry-after"), &refused.body["code"]), ("5", &json!("unavailable")));
    }
    assert_eq!(server.calls(), 2);
    assert_eq!(app.count("select count(*) from throttles where scope like 'log_in%'").await, 0, "it is no attempt");
    let lines = logs.with_message("keys could not be read from Secrets Manager");
    assert!(lines.iter().any(|line| line["error"].as_str().unwrap().contains("AccessDenied")), "{lines:?}");

    *server.answer.lock().unwrap() = secret_with(&key);
    tokens(&app, "ana").await;
    assert_eq!(server.calls(), 3);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_server_that_does_not_answer_is_not_waited_for(db: PgPool) {
    let key = Key::new();
    let server = SecretsManager::start(None).await;
    let app = service_at(db, &server, &key);
    register(&app, "ana").await;
    let began = Instant::now();
    log_in(&app, "ana@example.com", PASSWORD).await.expect(503);
    // A request has eight seconds.
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_needs_no_key_works_without_the_secret(db: PgPool) {
    let key = Key::new();
    let server = SecretsManager::start(refusal()).await;
    let before = service_at(db.clone(), &SecretsManager::start(secret_with(&key)).await, &key);
    register(&before, "ana").await;
    let ana = tokens(&before, "ana").await;

    let app = service_at(db, &server, &key);
    let client = app.anonymous().bearer(&ana.access);
    client.get("/auth/users/me/").await.expect(200);
    app.anonymous().get("/auth/jwks.json").await.expect(200);
    app.anonymous().post("/auth/jwt/verify/", json!({"token": ana.access})).await.expect(200);
    app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": ana.refresh})).await.expect(503);
    app.anonymous().post("/auth/jwt/logout/", json!({"refresh": ana.refresh})).await;
    assert_eq!(server.calls(), 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_secret_of_another_form_is_refused_and_not_logged(db: PgPool) {
    let logs = RecordedLogs::start();
    let key = Key::new();
    let server = SecretsManager::start(None).await;
    let app = service_at(db, &server, &key);
    register(&app, "ana").await;
    let without_totp = json!({"TOKEN_SIGNING_KEY": key.private()}).to_string();
    let number = json!({"TOKEN_SIGNING_KEY": key.private(), "TOTP_KEYS": 1}).to_string();
    for text in [key.private(), json!(key.private()).to_string(), without_totp, number] {
        *server.answer.lock().unwrap() = secret(&text);
        log_in(&app, "ana@example.com", PASSWORD).await.expect(503);
    }
    assert!(logs.text().contains("the environment variable TOTP_KEYS is not set"));
    assert!(logs.text().contains("the secret is not a JSON object of texts"));
    let private = key.private();
    let lines = logs.with_message("keys could not be read from Secrets Manager");
    assert!(lines.iter().all(|line| !line.to_string().contains(&private)));
}

#[test]
fn without_a_secret_the_keys_are_in_the_environment() {
    let environment = |names: &[(&str, String)]| Environment::from_iter(names.iter().cloned());
    let signing = ("TOKEN_SIGNING_KEY", Key::new().private());
    let totp = ("TOTP_KEYS", format!("1:{}", BASE64_STANDARD.encode([7; 32])));
    assert!(KeyRing::from_environment(&environment(&[signing.clone(), totp.clone()])).is_ok());
    for missing in [vec![signing], vec![totp], vec![]] {
        assert!(KeyRing::from_environment(&environment(&missing)).is_err());
    }
}
