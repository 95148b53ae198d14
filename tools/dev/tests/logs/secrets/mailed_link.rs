//! The link in a mail, and its token.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use axum::body::Body;
use http::Method;
use notifications::{Limits, Notifications, Ses, Shop};
use serde_json::json;
use shared::app::{Environment, Rng as _, SystemClock, SystemRng};
use shared::ids::EventId;
use shared::mail::{Mail, Mailer, SendError};
use shared::outbox::{Event, EventKind};
use shared::testing::{Client, TestApp};

use super::Secrets;

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
pub(super) async fn open_a_mailed_link(
    test: &TestApp,
    client: &Client,
    environment: &Environment,
    secrets: &mut Secrets,
) {
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
    let kind = EventKind::PasswordResetRequested { email: "ana@example.com".to_owned() };
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
