//! The security headers of every answer of every function, errors included.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Request, Response, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use shared::app::{App, Environment};
use shared::users::tokens::TokenSigner;
use tower::ServiceExt as _;

use crate::functions::{all, operations, serve};

/// More than a body may have.
const TOO_LARGE: usize = 300 * 1024;

/// Headers that every answer has once, and their values, if they are the same for programs and pages.
const HEADERS: [(&str, Option<&str>); 7] = [
    ("x-content-type-options", Some("nosniff")),
    ("strict-transport-security", Some("max-age=31536000")),
    ("x-frame-options", Some("DENY")),
    ("cross-origin-opener-policy", Some("same-origin")),
    ("content-security-policy", None),
    ("referrer-policy", None),
    ("cache-control", None),
];

/// There is no database, so most answers are errors; `laptop/headers.rs` reads those of a shop that works.
#[tokio::test]
async fn every_answer_has_every_security_header() {
    let (mut seen, mut findings) = (BTreeMap::<u16, usize>::new(), Vec::new());
    let operations = operations();
    for function in all() {
        let Some(service) = service_of(&function) else { continue };
        let mut requests = vec![("GET".to_owned(), "/no/such/path/".to_owned(), 0)];
        for operation in operations.iter().filter(|operation| operation.function == function) {
            let path = operation.concrete_path();
            requests.push((operation.method.clone(), path.clone(), 0));
            requests.push((operation.method.clone(), path.clone(), TOO_LARGE));
            requests.push(("TRACE".to_owned(), path, 0));
        }
        for (method, path, length) in requests {
            let answer = ask(&service, &method, &path, length).await;
            *seen.entry(answer.status().as_u16()).or_default() += 1;
            findings.extend(faults(&answer).map(|fault| format!("{method} {path}: {}: {fault}", answer.status())));
        }
    }

    assert!(findings.is_empty(), "{}", findings.join("\n"));
    for status in [200, 400, 401, 404, 405, 413, 503] {
        assert!(seen.contains_key(&status), "no answer was {status}: {seen:?}");
    }
}

/// Returns a function at an address with https and without a database; `None` if it has no HTTP API.
fn service_of(function: &str) -> Option<Router> {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let signer = Arc::new(TokenSigner::new(key.as_ref()).unwrap());
    let environment = Environment::from_iter([("PUBLIC_URL", "https://shop.test")]);
    serve(function, &App::without_database(&environment).unwrap(), &signer)
}

async fn ask(service: &Router, method: &str, path: &str, length: usize) -> Response<Body> {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    service.clone().oneshot(request.body(Body::from(vec![b' '; length])).unwrap()).await.unwrap()
}

fn faults(answer: &Response<Body>) -> impl Iterator<Item = String> {
    HEADERS.into_iter().filter_map(|(name, expected)| {
        let values: Vec<&str> = answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
        let must_not_be_kept = name == "cache-control" && answer.status() >= StatusCode::BAD_REQUEST;
        let expected = if must_not_be_kept { Some("no-store") } else { expected };
        let is_right = values.len() == 1 && expected.is_none_or(|expected| values == [expected]);
        (!is_right).then(|| format!("{name}: {values:?}"))
    })
}
