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
use shared::app::{Ambient as _, SystemAmbient};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::FunctionError;

/// What an answer may weigh.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024;

type Outcome = Result<Bytes, FunctionError>;

/// An event that waits for its function.
pub(super) struct Invocation {
    /// JSON.
    pub(super) event: String,
    /// How long the function may take.
    pub(super) deadline: Duration,
    /// Where the answer goes.
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
    /// Why the function could not start: the answer to every event from then on.
    broken: Option<FunctionError>,
}

/// Serves one function, for as long as it is awaited.
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
        .layer(DefaultBodyLimit::max(ANSWER_LIMIT))
        .with_state(Arc::new(endpoint));
    async move {
        // It ends with its task; an error of one connection is not one of the listener.
        let _ = axum::serve(listener, routes).await;
    }
}

/// Answers when there is an event, however long that takes: for Lambda this is when a sandbox freezes.
async fn next(State(endpoint): State<Arc<Endpoint>>) -> Response {
    let Some(Invocation { event, deadline, answer }) = endpoint.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let now = SystemAmbient.now();
    let deadline_ms = now.micros() / 1000 + i64::try_from(deadline.as_millis()).unwrap_or(i64::MAX / 2);
    let (id, trace) = (SystemAmbient.random_uuid().to_string(), SystemAmbient.random_uuid().simple().to_string());
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
    endpoint.with_running(|running| match running.broken.clone() {
        Some(why) => drop(answer.send(Err(why))),
        None => drop(running.answers.insert(id, answer)),
    });
    (headers, event).into_response()
}

async fn response(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>, body: Bytes) -> Response {
    endpoint.settle(&id, Ok(body))
}

async fn error(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>, body: Bytes) -> Response {
    endpoint.settle(&id, Err(read_error(&body)))
}

/// The function cannot start. Who waits for an answer hears why.
async fn init_error(State(endpoint): State<Arc<Endpoint>>, body: Bytes) -> Response {
    let why = read_error(&body);
    endpoint.with_running(|running| {
        for (_, answer) in running.answers.drain() {
            drop(answer.send(Err(why.clone())));
        }
        running.broken = Some(why);
    });
    accepted()
}

impl Endpoint {
    fn settle(&self, id: &str, outcome: Outcome) -> Response {
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
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    FunctionError {
        error_type: text("errorType").unwrap_or_else(|| "Unknown".to_owned()),
        message: text("errorMessage").unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()),
    }
}
