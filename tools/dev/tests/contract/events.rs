//! Every file in `events/` is understood by the function that it is for.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lambda_events::event::sqs::SqsEvent;
use axum::Router;
use lambda_http::{Context, LambdaEvent};
use migrate::{Done, Migrate};
use notifications::{Limits, Notifications, Shop, Site};
use serde_json::{Value, json};
use shared::app::db::Connector;
use shared::app::{App, Edge, Environment, SystemClock, SystemRng, handler};
use shared::mail::{Mail, Mailer, SendError};
use shared::outbox::{Event, EventKind};
use shared::testing::TestApp;
use shared::transfers::Job;
use sqlx::PgPool;
use tower::ServiceExt as _;

use crate::functions::{all, serve, workspace};
use crate::template::{routed_to, routes};

/// A file `function-case.json`.
struct EventFile {
    name: String,
    function: String,
    text: String,
}

impl EventFile {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Returns true if the event has the format of API Gateway, version 2.
    fn is_http(&self) -> bool {
        self.json()["requestContext"]["http"].is_object()
    }
}

fn files() -> Vec<EventFile> {
    let functions = all();
    let folder = std::fs::read_dir(workspace().join("events")).unwrap();
    let files = folder.map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let function = functions.iter().find(|function| name.starts_with(&format!("{function}-")));
        let function = function.unwrap_or_else(|| panic!("{name} is for no function")).clone();
        EventFile { name, function, text: std::fs::read_to_string(path).unwrap() }
    });
    files.collect()
}

/// Returns the first event file of a function.
fn first_file_of(function: &str) -> EventFile {
    files().into_iter().find(|file| file.function == function).unwrap()
}

#[test]
fn every_function_has_an_event_file() {
    let files = files();
    for function in all() {
        assert!(files.iter().any(|file| file.function == function), "events/ has no {function}-….json");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_http_event_is_answered_by_its_function(db: PgPool) {
    let app = TestApp::new(db, docs::router());
    let mut count = 0;
    for file in files().iter().filter(|file| file.is_http()) {
        let service = serve(&file.function, &app.app, &app.signer).unwrap();
        let status = answer(service, &file.text).await["statusCode"].clone();
        assert!(status.as_u64().unwrap() < 500, "{}: {status}", file.name);
        assert_ne!(status, 405, "{}", file.name);
        // 404 is accepted on a `{proxy+}` route, because the empty shop has no cart and no product.
        assert!(status != 404 || file.text.contains("{proxy+}"), "{}: {status}", file.name);
        count += 1;
    }
    assert!(count >= 10);
}

/// Returns what a function returns to API Gateway for an event.
async fn answer(service: Router, event: &str) -> Value {
    let event = LambdaEvent::new(serde_json::from_str(event).unwrap(), Context::default());
    serde_json::to_value(handler(service).oneshot(event).await.unwrap()).unwrap()
}

/// The secret of the edge in `auth-reset-password-behind-edge.json`.
const EDGE_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Sends an event to `auth` with other headers, for an address that is asked for the first time, and returns the status.
async fn request_reset(service: &Router, number: usize, headers: Value) -> Value {
    let files = files();
    let file = files.iter().find(|file| file.name == "auth-reset-password-behind-edge.json").unwrap();
    let mut event = file.json();
    for (name, value) in headers.as_object().unwrap() {
        event["headers"][name] = value.clone();
    }
    event["body"] = json!(json!({"email": format!("buyer-{number}@example.com")}).to_string());
    answer(service.clone(), &event.to_string()).await["statusCode"].clone()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn behind_an_edge_a_limit_counts_each_client_apart(db: PgPool) {
    let test = TestApp::new(db, docs::router());
    let edge = Edge::from_environment(&Environment::from_iter([("EDGE_SECRET", EDGE_SECRET)])).unwrap();
    let service = serve("auth", &App { edge, ..test.app.clone() }, &test.signer).unwrap();
    let viewer = |address: &str| json!({"cloudfront-viewer-address": address});

    for number in 0..50 {
        let client = viewer(&format!("198.51.100.10:{}", 40_000 + number));
        assert_eq!(request_reset(&service, number, client).await, 204, "{number}");
        let client = viewer(&format!("[2001:db8::{number:x}]:443"));
        assert_eq!(request_reset(&service, 100 + number, client).await, 204, "{number}");
    }
    for (client, status) in [
        ("198.51.100.10:50000", 429),
        ("[2001:db8::ffff]:443", 429),
        ("2001:db8::ffff:443", 429),
        ("198.51.100.11:50000", 204),
        ("[2001:db8:0:1::1]:443", 204),
    ] {
        assert_eq!(request_reset(&service, 200, viewer(client)).await, status, "{client}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_request_that_goes_around_the_edge_is_refused(db: PgPool) {
    let test = TestApp::new(db, docs::router());
    let edge = Edge::from_environment(&Environment::from_iter([("EDGE_SECRET", EDGE_SECRET)])).unwrap();
    let app = App { edge, ..test.app.clone() };
    for file in files().iter().filter(|file| file.is_http()) {
        let mut event = file.json();
        for secret in [json!(""), json!("0123456789abcdef0123456789abcdeF"), json!(&EDGE_SECRET[1..]), Value::Null] {
            let headers = event["headers"].as_object_mut().unwrap();
            headers.insert("x-origin-verify".to_owned(), secret.clone());
            if secret.is_null() {
                headers.remove("x-origin-verify");
            }
            let answer = answer(serve(&file.function, &app, &test.signer).unwrap(), &event.to_string()).await;
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!((&answer["statusCode"], &body["code"]), (&json!(403), &json!("edge_required")), "{}", file.name);
        }
    }
}

/// Anyone could send the headers of an edge that is not there.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn without_an_edge_the_headers_of_one_mean_nothing(db: PgPool) {
    let test = TestApp::new(db, docs::router());
    let service = serve("auth", &test.app, &test.signer).unwrap();
    for number in 0..=50 {
        let client = json!({"cloudfront-viewer-address": format!("198.51.100.{number}:443")});
        let expected = if number < 50 { 204 } else { 429 };
        assert_eq!(request_reset(&service, number, client).await, expected, "{number}");
    }
}

#[test]
fn every_http_event_has_a_route_to_its_function() {
    let routes = routes();
    for file in files().iter().filter(|file| file.is_http()) {
        let event = file.json();
        let path = event["rawPath"].as_str().unwrap();
        assert_eq!(routed_to(&routes, path).as_ref(), Some(&file.function), "{}", file.name);
        let key = event["routeKey"].as_str().unwrap();
        let route = routes.iter().find(|route| format!("{} {}", route.method, route.path) == key);
        assert_eq!(route.map(|route| &route.function), Some(&file.function), "{}: {key}", file.name);
    }
}

#[test]
fn notifications_has_a_message_of_every_kind_of_event() {
    let mut kinds = BTreeSet::new();
    for file in files().iter().filter(|file| file.function == "notifications") {
        let batch: SqsEvent = serde_json::from_str(&file.text).unwrap();
        for message in batch.records {
            kinds.insert(Event::read(&message.body.unwrap()).unwrap().kind.as_str());
        }
    }
    assert_eq!(kinds, EventKind::all().collect());
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_message_to_notifications_succeeds_in_an_empty_shop(db: PgPool) {
    let app = TestApp::without_routes(db);
    let notifications = Notifications {
        db: app.app.db.clone(),
        clock: app.clock.clone(),
        rng: Arc::new(SystemRng),
        mailer: Arc::new(NoMailer),
        shop: Shop {
            name: "Shop".to_owned(),
            site: Site::Api("https://api.example.com".to_owned()),
            reset_link_seconds: 86_400,
        },
        limits: Limits::default(),
        metrics: app.app.metrics.clone(),
    };
    for file in files().iter().filter(|file| file.function == "notifications") {
        let answer = notifications::handle(&notifications, serde_json::from_str(&file.text).unwrap()).await;
        assert!(answer.batch_item_failures.is_empty(), "{}: {answer:?}", file.name);
    }
}

/// A mailer that fails the test if a mail is sent.
struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        panic!("nobody should get {mail:?}")
    }
}

#[test]
fn the_message_to_transfer_worker_is_a_job() {
    let batch: SqsEvent = serde_json::from_str(&first_file_of("transfer-worker").text).unwrap();
    let body = batch.records[0].body.as_deref().unwrap();
    let job: Job = serde_json::from_str(body).unwrap();
    assert_eq!(serde_json::to_string(&job).unwrap(), body);
}

#[test]
fn outbox_relay_and_scheduler_are_invoked_by_a_schedule() {
    for function in ["outbox-relay", "scheduler"] {
        // The function does the same for every event; this one has the format of EventBridge.
        let event = first_file_of(function).json();
        assert_eq!((&event["source"], &event["detail-type"]), (&"aws.events".into(), &"Scheduled Event".into()));
    }
}

#[sqlx::test(migrations = false)]
async fn migrate_runs_the_action_of_its_event(db: PgPool) {
    let connector = Connector::to(db.connect_options().as_ref().clone());
    migrations::empty(&mut connector.connect().await.unwrap()).await.unwrap();
    let migrate = Migrate { connector, currency: None, clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) };
    let done = migrate::handle(&migrate, first_file_of("migrate").json()).await.unwrap();
    assert!(matches!(done, Done::Apply(_)));
    let orders: i64 = sqlx::query_scalar("select count(*) from orders").fetch_one(&db).await.unwrap();
    assert_eq!(orders, 0);
}
