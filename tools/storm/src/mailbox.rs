//! SES: accepts mails over its HTTP protocol and remembers what it accepted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::faults::{Fault, Weather};
use crate::seeded::Seeded;

/// A mail that SES accepted and so sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptedMail {
    /// Id that SES gave it: its number.
    pub message_id: String,
    /// Address of the recipient.
    pub recipient: String,
    /// Number of the order that the mail confirms; `None` for other mails.
    pub order_number: Option<i64>,
    /// True if the consumer learned that the mail was accepted. If it did not, it sends the mail again.
    pub is_answered: bool,
}

/// The mails that were accepted.
pub struct Mailbox {
    weather: Arc<Weather>,
    accepted: Mutex<Vec<AcceptedMail>>,
    seeded: Mutex<Seeded>,
}

impl Mailbox {
    /// Creates an empty mailbox.
    pub fn new(weather: Arc<Weather>, seed: u64) -> Arc<Self> {
        let seeded = Mutex::new(Seeded::new(seed, "mailbox", 0));
        Arc::new(Self { weather, accepted: Mutex::default(), seeded })
    }

    /// Serves the operation `SendEmail` of SES.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/v2/email/outbound-emails", post(accept)).with_state(self.clone())
    }

    /// Returns all mails that were accepted.
    pub fn accepted(&self) -> Vec<AcceptedMail> {
        self.mails().clone()
    }

    /// Returns the number of the mails that were accepted.
    pub fn len(&self) -> usize {
        self.mails().len()
    }

    /// Returns true if no mail was accepted.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Records that the consumer died before it could use the answer.
    pub fn lose_answer(&self, message_id: &str) {
        self.set_answered(message_id, false);
    }

    fn push(&self, mail: &Value) -> String {
        let mut accepted = self.mails();
        let message_id = format!("mail-{}", accepted.len());
        let tags = mail["EmailTags"].as_array().into_iter().flatten();
        let number =
            tags.filter(|tag| tag["Name"] == "order_number").find_map(|tag| tag["Value"].as_str()?.parse().ok());
        accepted.push(AcceptedMail {
            message_id: message_id.clone(),
            recipient: mail["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned(),
            order_number: number,
            is_answered: false,
        });
        message_id
    }

    fn set_answered(&self, message_id: &str, is_answered: bool) {
        if let Some(mail) = self.mails().iter_mut().rev().find(|mail| mail.message_id == message_id) {
            mail.is_answered = is_answered;
        }
    }

    fn mails(&self) -> MutexGuard<'_, Vec<AcceptedMail>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seeded(&self) -> MutexGuard<'_, Seeded> {
        self.seeded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(State(mailbox): State<Arc<Mailbox>>, Json(mail): Json<Value>) -> Response {
    if mailbox.weather.strikes(Fault::MailAway) {
        std::future::pending::<()>().await;
    }
    if mailbox.weather.strikes(Fault::MailThrottled) {
        let error = [("x-amzn-errortype", "TooManyRequestsException")];
        return (StatusCode::TOO_MANY_REQUESTS, error, Json(json!({"message": "Maximum sending rate exceeded."})))
            .into_response();
    }
    let message_id = mailbox.push(&mail);
    if mailbox.weather.strikes(Fault::MailAnswerLost) {
        if mailbox.seeded().chance(50) {
            std::future::pending::<()>().await;
        }
        let error = [("x-amzn-errortype", "InternalServiceErrorException")];
        return (StatusCode::SERVICE_UNAVAILABLE, error, Json(json!({"message": "Try again."}))).into_response();
    }
    if mailbox.weather.strikes(Fault::MailLate) {
        let pause = mailbox.seeded().millis(200..4_000);
        // If the consumer dies in this time, this function is dropped with its connection, and the answer stays lost.
        sleep(pause).await;
    }
    mailbox.set_answered(&message_id, true);
    Json(json!({"MessageId": message_id})).into_response()
}
