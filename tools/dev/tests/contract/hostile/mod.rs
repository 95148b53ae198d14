//! A thousand requests that no client should send, to each class of operations: those with the same tag and method. The shop answers each
//! without an internal error, and no answer contains a text of the database.
//!
//! The requests are made from the API description, so they reach every new operation. The same seed makes the same requests.

mod body;
mod known;
mod request;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use auth::{Keys, TotpKeys};
use axum::Router;
use axum::body::Body;
use dev::openapi::operations;
use dev::shop::{Parts, shop};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use import_export::sample;
use serde_json::Value;
use shared::app::{ClientAddress, Clock as _};
use shared::testing::{MemoryStorage, RecordingJobs, RecordingQueue, TestApp};
use sqlx::PgPool;
use tower::ServiceExt as _;
use uploads::Images;

use known::Known;
use request::{Target, hostile};
use values::Numbers;

/// Number of requests to each class.
const REQUESTS: usize = 1_000;
/// Number of requests for which the same accounts are used. A request may end a sign-in or delete an account.
const REQUESTS_PER_ACCOUNT: usize = 20;
/// Seconds that pass between two requests, so that no limit on attempts refuses many of them.
const SECONDS_BETWEEN: i64 = 60;

/// Texts of PostgreSQL, sqlx and Rust that must stay in the log.
const INTERNAL: &[&str] = &[
    "postgres",
    "sqlx",
    "sqlstate",
    "pg_",
    "plpgsql",
    "violates",
    "syntax error",
    "duplicate key",
    "invalid input syntax",
    "out of range for type",
    "byte sequence",
    "null value in column",
    "does not exist at character",
    "relation \"",
    "column \"",
    "constraint",
    "deadlock",
    "canceling statement",
    "transaction is aborted",
    "panicked",
    "unwrap",
    "rust_backtrace",
    ".rs:",
];

/// A test for each tag of the document: they run next to each other.
macro_rules! tests {
    ($($tag:ident)*) => {
        const TAGS: &[&str] = &[$(stringify!($tag)),*];

        $(#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
        async fn $tag(db: PgPool) {
            no_request_has_an_internal_error(stringify!($tag), db).await;
        })*
    };
}

tests! { auth cart catalogue docs orders transfers uploads }

#[test]
fn every_tag_has_a_test() {
    let document = dev::openapi::document().unwrap();
    let tags: BTreeSet<&str> = operations(&document).map(|(_, _, operation)| tag(operation)).collect();
    assert_eq!(tags, TAGS.iter().copied().collect());
}

async fn no_request_has_an_internal_error(of: &str, db: PgPool) {
    let app = TestApp::without_routes(db);
    sample::load(&app.app.db, app.clock.now()).await.unwrap();
    let shop = a_shop(&app);
    let document = dev::openapi::document().unwrap();
    let known = Known::of(&shop, &document, &app.a_superuser().await.token).await;
    let mut classes: BTreeMap<&str, Vec<Target<'_>>> = BTreeMap::new();
    for (path, method, operation) in operations(&document).filter(|(_, _, operation)| tag(operation) == of) {
        classes.entry(method).or_default().push(Target { document: &document, method, path, operation });
    }

    let (mut findings, mut statuses) = (BTreeMap::new(), BTreeMap::<u16, usize>::new());
    for (class, (method, targets)) in classes.iter().enumerate() {
        let mut tokens = [None, None, None];
        for nth in 0..REQUESTS {
            if nth % REQUESTS_PER_ACCOUNT == 0 {
                tokens = [None, Some(app.a_user().await.token), Some(app.a_staff_user().await.token)];
            }
            let seed = class * REQUESTS + nth;
            let mut numbers = Numbers::new(u64::try_from(seed).unwrap());
            // Each caller sends to each operation, whatever their numbers are.
            let (target, token) = (&targets[nth % targets.len()], &tokens[numbers.below(3)]);
            let mut request = hostile(&mut numbers, target, &known, token.as_deref());
            let third = u8::try_from(seed / 250 % 250).unwrap();
            let address = [10, u8::try_from(class).unwrap(), third, u8::try_from(seed % 250).unwrap()];
            request.extensions_mut().insert(ClientAddress(address.into()));
            let sent = format!("{method} {} {:?}", request.uri(), request.headers());
            let (answer, text) = ask(&shop, request).await;
            *statuses.entry(answer.status().as_u16()).or_default() += 1;
            if let Some(fault) = fault(&answer, &text, target.operation) {
                let what = format!("{}: {fault}", target.operation["operationId"]);
                findings.entry(what).or_insert_with(|| format!("seed {seed}: {sent:.600}\n  {text:.400}"));
            }
            app.clock.advance(SECONDS_BETWEEN);
        }
    }

    assert!(findings.is_empty(), "{findings:#?}");
    let succeeded: usize = statuses.range(200..300).map(|(_, count)| count).sum();
    assert!(succeeded > REQUESTS / 50 && statuses.contains_key(&400), "hardly a request was read: {statuses:?}");
}

/// Returns the whole shop in one process, as on a laptop.
fn a_shop(app: &TestApp) -> Router {
    let images = Images { storage: Arc::new(MemoryStorage::default()), url: "https://images.test".to_owned() };
    shop(Parts {
        app: app.app.clone(),
        keys: Keys { signer: app.signer.clone(), totp: Arc::new(TotpKeys::single(&[7; 32]).unwrap()) },
        queue: Arc::new(RecordingQueue::default()),
        storage: Arc::new(MemoryStorage::default()),
        images,
        jobs: Arc::new(RecordingJobs::default()),
    })
}

async fn ask(shop: &Router, request: Request<Body>) -> (Response<()>, String) {
    let (parts, body) = shop.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns what is wrong with an answer.
fn fault(answer: &Response<()>, text: &str, operation: &Value) -> Option<String> {
    let status = answer.status();
    if status.is_server_error() {
        return Some(format!("status {status}"));
    }
    if status.is_success() && tag(operation) == "docs" {
        return None;
    }
    let lower = text.to_lowercase();
    if let Some(word) = INTERNAL.iter().find(|word| lower.contains(**word)) {
        return Some(format!("status {status} with {word:?}"));
    }
    let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap_or("?"));
    let is_kept = status.is_client_error() && header("cache-control") != "no-store";
    if is_kept || header("x-content-type-options") != "nosniff" {
        return Some(format!("status {status} without a security header"));
    }
    let is_json = header("content-type") == "application/json" || text.is_empty();
    (status.is_client_error() && !is_json).then(|| format!("status {status} is {}", header("content-type")))
}

fn tag(operation: &Value) -> &str {
    operation["tags"][0].as_str().unwrap()
}
