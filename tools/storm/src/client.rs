//! Clients of the shop. Each of their requests is answered, abandoned or overdue, and the record has which.

use std::future::poll_fn;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::app::{ClientAddress, RequestId, Rng as _, SystemRng};
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::faults::{Fault, Weather};
use crate::record::Recorder;
use crate::seeded::Seeded;

/// Time limit of an answer: the eight seconds of a request, and half a second for each connection that has to be given up before the next request.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// Duration of a freeze in milliseconds: longer than the ten seconds for which a transaction may be idle.
const FREEZE: Range<u64> = 11_000..13_000;

/// Name of the header of repeatable requests.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A person with a browser, or a program.
#[derive(Clone)]
pub struct Client {
    shop: Router,
    recorder: Arc<Recorder>,
    weather: Arc<Weather>,
    address: IpAddr,
    /// Access token, once logged in.
    pub token: Option<String>,
}

/// A request to the shop.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Method of the request.
    pub method: Method,
    /// Path with its query.
    pub path: String,
    /// Name of the operation in the record.
    pub operation: &'static str,
    /// Body of the request.
    pub body: Value,
    /// `Idempotency-Key` of the request.
    pub key: Option<Uuid>,
    /// Id of the request in the logs and in the audit log.
    pub request_id: String,
}

/// An answer of the shop.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code of the answer.
    pub status: u16,
    /// Body as JSON, null if it is not JSON.
    pub body: Value,
}

/// The behaviour of a client.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// The client waits for the answer.
    Waits,
    /// The client closes the connection after this time, which ends the work on the request.
    HangsUp(Duration),
    /// The client closes the connection at once, and the shop works on, as in Lambda.
    Leaves,
}

impl Asked {
    /// Creates a request with JSON.
    pub fn new(operation: &'static str, method: Method, path: impl Into<String>, body: Value) -> Self {
        let request_id = SystemRng.random_uuid().simple().to_string();
        Self { method, path: path.into(), operation, body, key: None, request_id }
    }

    /// Creates a `POST` with JSON.
    pub fn post(operation: &'static str, path: impl Into<String>, body: Value) -> Self {
        Self::new(operation, Method::POST, path, body)
    }

    /// Adds an `Idempotency-Key`.
    #[must_use]
    pub fn with_key(mut self, key: Option<Uuid>) -> Self {
        self.key = key;
        self
    }

    fn request(&self, client: &Client) -> anyhow::Result<Request<Body>> {
        let mut request = Request::builder().method(&self.method).uri(&self.path).header(HOST, "shop.test");
        request = request.header(CONTENT_TYPE, "application/json");
        if let Some(token) = &client.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = self.key {
            request = request.header(IDEMPOTENCY_KEY, key.to_string());
        }
        let body = if self.body.is_null() { Body::empty() } else { Body::from(self.body.to_string()) };
        let mut request = request.body(body)?;
        request.extensions_mut().insert(ClientAddress(client.address));
        request.extensions_mut().insert(RequestId(self.request_id.as_str().into()));
        Ok(request)
    }
}

impl Client {
    /// Creates a client at this address.
    pub fn new(shop: Router, recorder: Arc<Recorder>, weather: Arc<Weather>, address: IpAddr) -> Self {
        Self { shop, recorder, weather, address, token: None }
    }

    /// Returns the shop.
    pub(crate) fn router(&self) -> Router {
        self.shop.clone()
    }

    /// Returns the record that this client writes to.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Sends a request and waits for its answer; `None` if there was none within the time limit.
    pub async fn send(&self, asked: &Asked) -> Option<Answer> {
        self.send_with(asked, Behaviour::Waits).await
    }

    /// Sends a request; `None` if the client did not wait for its answer, or there was none within the time limit.
    pub async fn send_with(&self, asked: &Asked, behaviour: Behaviour) -> Option<Answer> {
        let request = match asked.request(self) {
            Ok(request) => request,
            Err(error) => {
                self.recorder.lock().wrong_answers.push(format!("{}: {error:#}", asked.operation));
                return None;
            }
        };
        let answer = answer(self.shop.clone(), request);
        match behaviour {
            Behaviour::Waits if self.weather.take(Fault::FunctionFrozen) => {
                let mut seeded = Seeded::new(asked.request_id.bytes().map(u64::from).sum(), "freeze", 0);
                let steps = seeded.within(1..12);
                Some(self.note(asked, frozen_after(steps, seeded.millis(FREEZE), answer).await))
            }
            Behaviour::Waits => match timeout(ANSWER_LIMIT, answer).await {
                Ok(answer) => Some(self.note(asked, answer)),
                Err(_) => {
                    let overdue = format!("{} {} (request {})", asked.operation, asked.path, asked.request_id);
                    self.recorder.lock().overdue.push(overdue);
                    self.unanswered(asked, "overdue")
                }
            },
            Behaviour::HangsUp(after) => match timeout(after, answer).await {
                Ok(answer) => Some(self.note(asked, answer)),
                Err(_) => self.unanswered(asked, "hung up"),
            },
            Behaviour::Leaves => {
                self.recorder.lock().unobserved += 1;
                let (client, asked_of) = (self.clone(), asked.clone());
                tokio::spawn(async move {
                    let (status, headers, body) = answer.await;
                    client.judge(&asked_of, status, &headers, &body);
                    client.recorder.lock().unobserved -= 1;
                });
                self.unanswered(asked, "left")
            }
        }
    }

    fn unanswered(&self, asked: &Asked, outcome: &str) -> Option<Answer> {
        self.recorder.lock().count(asked.operation, outcome);
        None
    }

    fn note(&self, asked: &Asked, (status, headers, body): (u16, HeaderMap, Value)) -> Answer {
        self.recorder.lock().count(asked.operation, status);
        self.judge(asked, status, &headers, &body);
        Answer { status, body }
    }

    /// Looks at what no client may get: an error of the server that does not say when to come again.
    fn judge(&self, asked: &Asked, status: u16, headers: &HeaderMap, body: &Value) {
        if status >= 500 && (status != 503 || !headers.contains_key(RETRY_AFTER)) {
            let Asked { operation, path, request_id, .. } = asked;
            let wrong = format!("{operation} {path} was answered with {status} (request {request_id}): {body}");
            self.recorder.lock().wrong_answers.push(wrong);
        }
    }
}

/// Does a few steps of the work, then nothing for a while, then the rest: Lambda freezes and thaws a whole execution environment.
async fn frozen_after<T>(mut steps: u64, freeze: Duration, work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    let done = poll_fn(|context| {
        if steps == 0 {
            return Poll::Ready(None);
        }
        steps -= 1;
        work.as_mut().poll(context).map(Some)
    });
    match done.await {
        Some(done) => done,
        None => {
            sleep(freeze).await;
            work.await
        }
    }
}

async fn answer(shop: Router, request: Request<Body>) -> (u16, HeaderMap, Value) {
    let Ok(response) = shop.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}
