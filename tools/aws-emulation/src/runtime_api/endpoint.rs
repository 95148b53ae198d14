//! The four URLs under `/2018-06-01/runtime/`.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::FunctionError;

/// Maximum size of a response in bytes.
const MAX_RESPONSE_BYTES: usize = 6 * 1024 * 1024;

type Outcome = Result<Bytes, FunctionError>;

/// An event that waits for its function.
pub(super) struct Invocation {
    /// Event as JSON.
    pub(super) event: String,
    /// Time limit of the function.
    pub(super) deadline: Duration,
    /// Receives the outcome.
    pub(super) answer: oneshot::Sender<Outcome>,
}

struct Endpoint {
    function: String,
    waiting: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    answers: HashMap<String, oneshot::Sender<Outcome>>,
    /// Error that kept the function from starting: the outcome of every later event.
    init_error: Option<FunctionError>,
}

/// Serves one function for as long as this is polled.
pub(super) fn serve(
    listener: TcpListener,
    function: String,
    waiting: mpsc::Receiver<Invocation>,
) -> impl Future<Output = ()> {
    let endpoint = Endpoint { function, waiting: tokio::sync::Mutex::new(waiting), running: Mutex::default() };
    let routes = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::max(MAX_RESPONSE_BYTES))
        .with_state(Arc::new(endpoint));
    async move {
        // It ends with its task; an error of one connection does not end the listener.
        let _ = axum::serve(listener, routes).await;
    }
}

/// Responds when there is an event, however long that takes: in Lambda the execution environment freezes here.
async fn next(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let Some(Invocation { event, deadline, answer }) = endpoint.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now = SystemClock.now();
    let deadline_ms = now.micros() / 1000 + i64::try_from(deadline.as_millis()).unwrap_or(i64::MAX / 2);
    let (id, trace) = (SystemRng.random_uuid().to_string(), SystemRng.random_uuid().simple().to_string());
    let (epoch, random) = trace.split_at(8);
    let headers = [
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            format!("arn:aws:lambda:eu-central-1:123456789012:function:{}", endpoint.function),
        ),
        ("lambda-runtime-trace-id", format!("Root=1-{epoch}-{random};Sampled=0")),
        ("content-type", "application/json".to_owned()),
    ];
    endpoint.with_running(|running| match running.init_error.clone() {
        Some(why) => drop(answer.send(Err(why))),
        None => drop(running.answers.insert(id, answer)),
    });
    (headers, event).into_response()
}

async fn response(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>, body: Bytes) -> Response {
    endpoint.complete(&id, Ok(body))
}

async fn error(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>, body: Bytes) -> Response {
    endpoint.complete(&id, Err(read_error(&body)))
}

/// The function cannot start. Pending invocations receive the error.
async fn init_error(State(endpoint): State<Arc<Endpoint>>, body: Bytes) -> Response {
    let why = read_error(&body);
    endpoint.with_running(|running| {
        for (_, answer) in running.answers.drain() {
            drop(answer.send(Err(why.clone())));
        }
        running.init_error = Some(why);
    });
    accepted()
}

impl Endpoint {
    fn complete(&self, id: &str, outcome: Outcome) -> Response {
        match self.with_running(|running| running.answers.remove(id)) {
            Some(answer) => {
                drop(answer.send(outcome));
                accepted()
            }
            None => {
                let problem = json!({"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"});
                (StatusCode::BAD_REQUEST, Json(problem)).into_response()
            }
        }
    }

    fn with_running<T>(&self, act: impl FnOnce(&mut Running) -> T) -> T {
        act(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, Json(json!({"status": "OK"}))).into_response()
}

fn read_error(body: &[u8]) -> FunctionError {
    let error: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    FunctionError {
        error_type: text("errorType").unwrap_or_else(|| "Unknown".to_owned()),
        message: text("errorMessage").unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_client::Client;

    /// Starts an endpoint with one event; returns a function's connection to it and the receiver of the outcome.
    async fn with_an_event() -> (Client, oneshot::Receiver<Outcome>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, waiting) = mpsc::channel(1);
        tokio::spawn(serve(listener, "orders".to_owned(), waiting));
        let (answer, answered) = oneshot::channel();
        let deadline = Duration::from_secs(3);
        events.try_send(Invocation { event: r#"{"a":1}"#.to_owned(), deadline, answer }).ok().unwrap();
        (Client::connect(address).await.unwrap(), answered)
    }

    async fn get(client: &mut Client, path: &str) -> (u16, String) {
        let request = format!("GET /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\n\r\n");
        let answer = client.send(request.as_bytes()).await.unwrap();
        (answer.status, String::from_utf8_lossy(answer.body).into_owned())
    }

    async fn post(client: &mut Client, path: &str, body: &str) -> u16 {
        let length = body.len();
        let request =
            format!("POST /2018-06-01/runtime/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{body}");
        client.send(request.as_bytes()).await.unwrap().status
    }

    #[tokio::test]
    async fn a_response_with_an_unknown_id_is_refused() {
        let (mut function, _answered) = with_an_event().await;
        assert_eq!(get(&mut function, "invocation/next").await, (200, r#"{"a":1}"#.to_owned()));
        assert_eq!(post(&mut function, "invocation/nobody/response", "{}").await, 400);
    }

    #[tokio::test]
    async fn pending_invocations_receive_the_init_error() {
        let (mut function, answered) = with_an_event().await;
        assert_eq!(get(&mut function, "invocation/next").await.0, 200);
        let why = r#"{"errorType":"Runtime.InitError","errorMessage":"no key"}"#;
        assert_eq!(post(&mut function, "init/error", why).await, 202);
        let error = answered.await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "Runtime.InitError: no key");
    }
}
