//! Nothing secret is logged: not by requests that succeed, not by requests that fail, and at no level. The test does everything
//! that handles a secret, and then searches the log for each secret.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use axum::body::Body;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use dev::shop::{Parts, shop};
use http::Method;
use migrate::Migrate;
use notifications::{Limits, Notifications, Ses, Shop};
use orders::OrdersState;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use shared::app::db::{Connector, Db};
use shared::app::{App, Environment, Rng as _, SystemClock, SystemRng};
use shared::aws::S3;
use shared::ids::EventId;
use shared::mail::{Mail, Mailer, SendError};
use shared::outbox::{Event, EventKind};
use shared::testing::{BrokenQueue, Client, RecordedLogs, TestApp};
use shared::users::tokens::TokenSigner;
use sqlx::PgPool;
use uploads::Images;

const PASSWORD: &str = "a quiet harbour at dawn";
const WRONG_PASSWORD: &str = "a loud harbour at dusk";
const CUT_OFF_PASSWORD: &str = "the password of a body that is cut off";
/// A password that a client sends as a number.
const NUMBER: u64 = 981_273_645_109_283;
const SUPERUSER_PASSWORD: &str = "who may do everything";
const DATABASE_PASSWORD: &str = "opens-the-database";
const AWS_SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYSECRETKEY";
const AWS_SESSION: &str = "FwoGZXIvYXdzESESSIONTOKEN";

/// Secrets that must not be in the log, by their descriptions.
#[derive(Default)]
struct Secrets(BTreeMap<&'static str, String>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: impl ToString) -> String {
        assert!(secret.to_string().len() >= 8, "{what} would be found anywhere");
        self.0.insert(what, secret.to_string());
        secret.to_string()
    }

    /// Adds a token, and its signature as a second secret.
    fn add_token(&mut self, what: [&'static str; 2], answer: &Value) -> String {
        let token = self.add(what[0], answer.as_str().unwrap());
        self.add(what[1], token.rsplit('.').next().unwrap());
        token
    }

    #[track_caller]
    fn are_not_in(&self, log: &str) {
        let mut leaks = Vec::new();
        for (what, secret) in &self.0 {
            // The secret unchanged, and as JSON or a debug print would escape it.
            for form in [secret.clone(), serde_json::to_string(secret).unwrap(), format!("{secret:?}")] {
                let form = form.trim_matches('"');
                leaks.extend(log.lines().find(|line| line.contains(form)).map(|line| format!("{what}: {line:.600}")));
            }
        }
        assert!(leaks.is_empty(), "in the log is {}", leaks.join("\n"));
    }
}

/// Returns an environment like that of a deployed function. Its database is not used, because the test has its own.
fn an_environment(secrets: &mut Secrets) -> Environment {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();
    let private = secrets.add("the signing key", BASE64_STANDARD.encode(key.as_ref()));
    secrets.add("the signing key as bytes", format!("{:?}", key.as_ref()));
    let public = TokenSigner::new(key.as_ref()).unwrap().public_key_text();
    assert_eq!(pair.public_key().as_ref().len(), 32);
    Environment::from_iter([
        ("TOKEN_SIGNING_KEY", private),
        ("TOKEN_PUBLIC_KEYS", public),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", secrets.add("AWS's secret key", AWS_SECRET)),
        ("AWS_SESSION_TOKEN", secrets.add("AWS's session token", AWS_SESSION)),
        // Nothing listens on this port: each order is left to the relay, and the log says why.
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1".to_owned()),
        ("ORDER_EVENTS_QUEUE_URL", "http://127.0.0.1:1/order-events".to_owned()),
        // Nothing listens on this port, to which mails go.
        ("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1".to_owned()),
        ("MAIL_FROM", "shop@example.com".to_owned()),
        // Nothing listens on this port, to which files go.
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1".to_owned()),
        ("UPLOADS_BUCKET", "uploads".to_owned()),
        ("IMAGES_BUCKET", "images".to_owned()),
    ])
}

fn a_client(db: Db, environment: &Environment) -> Client {
    let app = App { db, ..App::from_environment(environment).unwrap() };
    let signer = Arc::new(TokenSigner::from_environment(environment).unwrap());
    let queue = OrdersState::from_environment(app.clone(), environment).unwrap().queue;
    let storage = Arc::new(S3::private_from_environment(environment).unwrap());
    let images = S3::images_from_environment(environment).unwrap();
    let images = Images { storage: Arc::new(images), url: "https://images.test".to_owned() };
    Client::new(shop(Parts {
        app,
        signer,
        options: auth::Options::default(),
        queue,
        storage,
        images,
        jobs: Arc::new(BrokenQueue),
    }))
}

/// Asserts that `migrate` fails, and logs its error as `lambda_runtime` does.
async fn migrate_fails(migrate: &Migrate, event: Value) {
    let error = migrate::handle(migrate, event).await.unwrap_err();
    tracing::error!("{error:#}");
}

async fn superuser(test: &TestApp, secrets: &mut Secrets) {
    let connector = Connector::to(test.db.connect_options().as_ref().clone());
    let migrate = Migrate { connector, clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) };
    let password = secrets.add("the superuser's password", SUPERUSER_PASSWORD);
    let new = |password: Value| json!({"action": "create_superuser", "email": "root@example.com", "username": "root", "password": password});
    migrate::handle(&migrate, new(json!(password))).await.unwrap();
    migrate_fails(&migrate, new(json!(password))).await;
    migrate_fails(&migrate, new(json!(secrets.add("a password that is too short", "sh0rt&%x")[..4]))).await;
    migrate_fails(&migrate, new(json!(NUMBER))).await;
    migrate_fails(&migrate, json!({"action": "create_superuser", "pasword": password})).await;
}

/// Registers and logs in, with valid and with invalid passwords; returns the access token and the refresh token.
async fn sign_in(client: &Client, secrets: &mut Secrets) -> (String, String) {
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

async fn use_tokens(client: &Client, secrets: &mut Secrets, access: &str, refresh: &str) {
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

async fn check_out(test: &TestApp, client: &Client, secrets: &mut Secrets, access: &str) {
    let shoes = test.a_product().stock(1).create().await;
    let client = client.clone().bearer(access).header("idempotency-key", "a key");
    // Anyone who knows the id of a guest's cart may use the cart.
    for status in [201, 409] {
        let cart = test.a_cart().with(shoes.variant, 1).create().await;
        secrets.add(if status == 201 { "a guest's cart" } else { "another guest's cart" }, cart.0);
        client.clone().without_token().get(&format!("/api/v1/cart/{}/", cart.0)).await.expect(200);
        let client = client.clone().header("idempotency-key", &format!("key of {status}"));
        client.post("/api/v1/orders/", json!({ "cart_id": cart })).await.expect(status);
    }
}

async fn use_the_staff_pages(client: &Client, secrets: &mut Secrets) {
    let login = json!({"email": "root@example.com", "password": SUPERUSER_PASSWORD});
    let tokens = client.post("/auth/jwt/create/", login).await.expect(200).body;
    let access = secrets.add_token(["a staff's token", "the staff token's signature"], &tokens["access"]);
    let browser = client.clone().header("origin", "http://shop.test");
    browser.get("/admin/sign-in/").await.expect(200);
    let session = browser.post("/admin/session/", json!({"access": access})).await.expect(204);
    let cookie = session.header("set-cookie").split(';').next().unwrap().to_owned();
    secrets.add("the session's cookie", &cookie);
    browser.clone().header("cookie", &cookie).get("/admin/").await.expect(200);
    browser.clone().header("cookie", &cookie[..cookie.len() - 5]).get("/admin/").await.expect(303);
    begin_an_upload(&client.clone().bearer(&access), secrets).await;
    browser.header("cookie", &cookie).post("/admin/sign-out/", json!({})).await.expect(303);
}

/// Starts an upload. Anyone who has its URL may send the file.
async fn begin_an_upload(staff: &Client, secrets: &mut Secrets) {
    let uploads = "/api/v1/catalogue/uploads/";
    let begun = staff.post(uploads, json!({"content_type": "image/png", "bytes": 100})).await.expect(201).body;
    let signature = begun["upload"]["url"].as_str().unwrap().split("X-Amz-Signature=").nth(1).unwrap();
    secrets.add("the signature of an upload", signature.split('&').next().unwrap());
    staff.post(&format!("{uploads}{}/finish/", begun["id"].as_str().unwrap()), json!({})).await.expect(500);
}

/// A mailer that passes each mail on and records it.
struct RecordingMailer(Ses, Mutex<Vec<Mail>>);

#[async_trait]
impl Mailer for RecordingMailer {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        self.1.lock().unwrap().push(mail.clone());
        self.0.send(mail).await
    }
}

/// Resets a forgotten password: a mail that SES does not accept, the page that its link opens, and the endpoint for the same link.
async fn open_a_mailed_link(test: &TestApp, client: &Client, environment: &Environment, secrets: &mut Secrets) {
    let mailer = Arc::new(RecordingMailer(Ses::from_environment(environment).unwrap(), Mutex::default()));
    let consumer = Notifications {
        db: test.app.db.clone(),
        // The clock of the client, which checks the link.
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng),
        mailer: mailer.clone(),
        shop: Shop::from_environment(environment, Some("https://api.test")).unwrap(),
        limits: Limits::default(),
        metrics: test.app.metrics.clone(),
    };
    let kind = EventKind::PasswordResetAsked { email: "ana@example.com".to_owned() };
    let event = Event::new(EventId(SystemRng.random_uuid()), kind);
    let mut message = SqsMessage::default();
    message.body = Some(serde_json::to_string(&event).unwrap());
    let mut batch = SqsEvent::default();
    batch.records.push(message);
    assert_eq!(notifications::handle(&consumer, batch).await.batch_item_failures.len(), 1, "nobody takes it");
    let text = mailer.1.lock().unwrap()[0].text.clone();
    let page = text.lines().find_map(|line| line.strip_prefix("https://api.test")).unwrap().to_owned();
    let mut parts = page.trim_end_matches('/').rsplit('/');
    let token = secrets.add("the token of a link", parts.next().unwrap());
    secrets.add("the part of that token that cannot be guessed", token.split_once('-').unwrap().1);
    let uid = parts.next().unwrap();

    let new = secrets.add("a new password", "a quiet harbour at noon");
    let form = client.clone().header("content-type", "application/x-www-form-urlencoded");
    let twice = format!("new_password={new}&re_new_password={new}").replace(' ', "+");
    form.get(&page).await.expect(200);
    form.send(Method::POST, &page, Body::from(twice.replace("&re_", "&re_re_"))).await.expect(400);
    form.send(Method::POST, &page, Body::from(twice)).await.expect(200);
    let again = json!({"uid": uid, "token": token, "new_password": new});
    client.post("/auth/users/reset_password_confirm/", again.clone()).await.expect(400);
    client.post("/auth/users/activation/", again).await.expect(400);
}

/// Uses a database that does not answer, by a URL with a password and by an IAM token, and then a URL and a key that are not valid.
async fn use_a_missing_database(environment: &Environment, secrets: &mut Secrets, access: &str) {
    let password = secrets.add("the database's password", DATABASE_PASSWORD);
    let url = format!("postgres://shop:{password}@127.0.0.1:1/shop?sslmode=disable");
    let by_password = Environment::from_iter([("DATABASE_URL", url)]);
    let iam = [
        ("DATABASE_HOST", "127.0.0.1"),
        ("DATABASE_PORT", "1"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", AWS_SECRET),
        ("AWS_SESSION_TOKEN", AWS_SESSION),
    ];
    for reached in [by_password, Environment::from_iter(iam)] {
        let db = Db::from_environment(&reached).unwrap();
        tracing::error!(?db, "what a debug print of it shows");
        let client = a_client(db, environment).bearer(access);
        client.get("/api/v1/catalogue/products/").await.expect(503);
        client.get("/auth/users/me/").await.expect(503);
        let migrate = Migrate {
            connector: Connector::from_environment(&reached).unwrap(),
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        };
        migrate_fails(&migrate, json!({"action": "apply"})).await;
    }
    for (name, value) in [
        ("DATABASE_URL", format!("postgres://shop:{password}@[:x/")),
        ("TOKEN_SIGNING_KEY", BASE64_STANDARD.encode(&password)),
    ] {
        secrets.add(name, &value);
        let environment = Environment::from_iter([(name, value)]);
        let database = Connector::from_environment(&environment).map(drop);
        let signer = TokenSigner::from_environment(&environment).map(drop);
        tracing::error!(?database, ?signer, "what does not start");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nothing_secret_is_logged(db: PgPool) {
    let (logs, mut secrets) = (RecordedLogs::start(), Secrets::default());
    let test = TestApp::without_routes(db);
    let environment = an_environment(&mut secrets);
    let client = a_client(test.app.db.clone(), &environment);

    superuser(&test, &mut secrets).await;
    let (access, refresh) = sign_in(&client, &mut secrets).await;
    use_tokens(&client, &mut secrets, &access, &refresh).await;
    check_out(&test, &client, &mut secrets, &access).await;
    use_the_staff_pages(&client, &mut secrets).await;
    open_a_mailed_link(&test, &client, &environment, &mut secrets).await;
    use_a_missing_database(&environment, &mut secrets, &access).await;
    tracing::trace!("the end");

    // An empty or incomplete log has no secret either, so these assertions prove that the log is complete.
    assert_eq!(logs.with_message("the end").len(), 1, "down to the finest level");
    let answered = logs.with_message("answered");
    let count = |route: &str, status: u16| {
        answered.iter().filter(|line| line["route"] == route && line["status"] == status).count()
    };
    assert_eq!((count("/auth/users/", 201), count("/auth/users/", 400)), (1, 1));
    assert_eq!(
        (count("/auth/jwt/create/", 200), count("/auth/jwt/create/", 400), count("/auth/jwt/create/", 401)),
        (2, 2, 1)
    );
    assert_eq!((count("/api/v1/orders/", 201), count("/api/v1/orders/", 409)), (1, 1));
    assert_eq!((count("/admin/session/", 204), count("/admin/", 200), count("/auth/users/me/", 503)), (1, 1, 2));
    assert_eq!(count("/auth/pages/password/reset/{uid}/{token}/", 200), 2);
    assert_eq!(logs.with_message("event left to the relay").len(), 2, "a queue that fails says so");
    assert_eq!(logs.with_message("message returned to the queue").len(), 1, "and so does mail");
    assert_eq!(logs.with_message("what does not start").len(), 2);
    secrets.are_not_in(&logs.text());
}
