//! The pump between a queue and functions with prepared answers, both in this process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use super::*;

/// SQS and Lambda, as far as the pump asks them.
#[derive(Default)]
struct Cloud {
    /// Bodies of messages that wait, and what their queue is called; a message's id is its body.
    waiting: Mutex<Vec<(&'static str, String)>>,
    deleted: Mutex<Vec<String>>,
    /// Answers of the functions, in turn; `null` once there are no more.
    answers: Mutex<VecDeque<(StatusCode, bool, &'static str)>>,
    /// Function and event.
    invoked: Mutex<Vec<(String, Value)>>,
}

impl Cloud {
    fn with(messages: &[&str], answers: &[(StatusCode, bool, &'static str)]) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::new(messages.iter().map(|body| (EVENTS.name, (*body).to_owned())).collect()),
            answers: Mutex::new(answers.iter().copied().collect()),
            ..Self::default()
        })
    }

    fn deleted(&self) -> Vec<String> {
        self.deleted.lock().unwrap().clone()
    }

    fn invoked(&self) -> Vec<(String, Value)> {
        self.invoked.lock().unwrap().clone()
    }
}

async fn sqs(State(cloud): State<Arc<Cloud>>, headers: HeaderMap, request: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&request).unwrap();
    let action = headers["x-amz-target"].to_str().unwrap();
    match action.strip_prefix("AmazonSQS.").unwrap() {
        "GetQueueUrl" => {
            let name = request["QueueName"].as_str().unwrap();
            assert!([EVENTS.name, FILES.name].contains(&name), "{name}");
            Json(json!({"QueueUrl": format!("http://sqs/123456789012/{name}")})).into_response()
        }
        "ReceiveMessage" => {
            let message = |body: String| {
                let attributes = json!({"ApproximateReceiveCount": "1"});
                json!({"MessageId": body, "ReceiptHandle": format!("receipt of {body}"), "Body": body, "Attributes": attributes})
            };
            let url = request["QueueUrl"].as_str().unwrap();
            let most = usize::try_from(request["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
            let (mut taken, mut waiting) = (Vec::new(), cloud.waiting.lock().unwrap());
            waiting.retain(|(queue, body)| {
                let is_taken = url.ends_with(queue) && taken.len() < most;
                if is_taken {
                    taken.push(message(body.clone()));
                }
                !is_taken
            });
            Json(json!({"Messages": taken})).into_response()
        }
        "DeleteMessageBatch" => {
            let entries = request["Entries"].as_array().unwrap();
            let receipts = entries.iter().map(|entry| entry["ReceiptHandle"].as_str().unwrap().to_owned());
            cloud.deleted.lock().unwrap().extend(receipts);
            let successful: Vec<_> = entries.iter().map(|entry| json!({"Id": entry["Id"]})).collect();
            Json(json!({"Successful": successful, "Failed": []})).into_response()
        }
        other => panic!("{other} {request}"),
    }
}

async fn invoke(State(cloud): State<Arc<Cloud>>, Path(function): Path<String>, Json(event): Json<Value>) -> Response {
    cloud.invoked.lock().unwrap().push((function, event));
    let next = cloud.answers.lock().unwrap().pop_front();
    let (status, failed, body) = next.unwrap_or((StatusCode::OK, false, "null"));
    let mut response = (status, body).into_response();
    if failed {
        response.headers_mut().insert("x-amz-function-error", "Unhandled".parse().unwrap());
    }
    response
}

/// Returns the URL on which the emulated cloud listens.
async fn serve(cloud: &Arc<Cloud>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new()
        .route("/", post(sqs))
        .route("/2015-03-31/functions/{function}/invocations", post(invoke))
        .with_state(cloud.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

async fn a_pump(cloud: &Arc<Cloud>) -> Pump {
    let url = serve(cloud).await;
    let args = PumpArgs { functions: Emulator::Sam, lambda: Some(url.clone()), sqs: url, invoke_every: 60 };
    Pump::open(&args).await.unwrap()
}

/// One batch from the queue to the function.
async fn move_a_batch(cloud: &Arc<Cloud>) -> anyhow::Result<()> {
    let pump = a_pump(cloud).await;
    let messages = pump.events.queue.receive().await.unwrap();
    pump.deliver(&pump.events, &messages).await
}

#[tokio::test]
async fn messages_reach_the_consumer_as_lambda_hands_them_over_and_are_deleted() {
    let cloud = Cloud::with(&["a", "b"], &[]);
    move_a_batch(&cloud).await.unwrap();
    let (function, event) = cloud.invoked().remove(0);
    assert_eq!(function, "Notifications");
    let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_value(event).unwrap();
    let bodies: Vec<_> = event.records.iter().map(|record| record.body.as_deref().unwrap()).collect();
    assert_eq!(bodies, ["a", "b"]);
    assert_eq!(event.records[0].attributes["ApproximateReceiveCount"], "1");
    assert_eq!(event.records[0].event_source.as_deref(), Some("aws:sqs"));
    assert_eq!(cloud.deleted(), ["receipt of a", "receipt of b"]);
}

#[tokio::test]
async fn files_go_from_their_own_queue_to_the_worker_one_by_one() {
    let cloud = Cloud::with(&["an event"], &[]);
    cloud.waiting.lock().unwrap().extend(["one", "other"].map(|body| (FILES.name, body.to_owned())));
    let pump = a_pump(&cloud).await;

    let messages = pump.files.queue.receive().await.unwrap();
    pump.deliver(&pump.files, &messages).await.unwrap();

    let (function, event) = cloud.invoked().remove(0);
    assert_eq!(function, "TransferWorker");
    let records = event["Records"].as_array().unwrap();
    assert_eq!((records.len(), &records[0]["body"]), (1, &json!("one")));
    assert_eq!(records[0]["eventSourceARN"], "arn:aws:sqs:eu-central-1:123456789012:catalogue-jobs");
    assert_eq!(cloud.deleted(), ["receipt of one"]);
}

#[tokio::test]
async fn a_message_that_the_consumer_reports_as_failed_stays() {
    let answer = r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#;
    let cloud = Cloud::with(&["a", "b", "c"], &[(StatusCode::OK, false, answer)]);
    move_a_batch(&cloud).await.unwrap();
    assert_eq!(cloud.deleted(), ["receipt of a", "receipt of c"]);
}

#[tokio::test]
async fn an_answer_that_lambda_would_not_understand_deletes_nothing() {
    for answer in [
        r#"{"batchItemFailures": [{"itemIdentifier": "not in the batch"}]}"#,
        r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#,
        r#"{"batchItemFailures": [{"id": "a"}]}"#,
        r#""done""#,
        "no JSON",
    ] {
        let cloud = Cloud::with(&["a"], &[(StatusCode::OK, false, answer)]);
        move_a_batch(&cloud).await.unwrap();
        assert_eq!(cloud.deleted(), [""; 0], "{answer}");
    }
}

#[tokio::test]
async fn a_consumer_that_fails_leaves_the_whole_batch_and_the_pump_goes_on() {
    let unhandled = (StatusCode::OK, true, r#"{"errorType": "Unhandled"}"#);
    let crashed = (StatusCode::INTERNAL_SERVER_ERROR, false, r#"{"errorType": "Runtime.ExitError"}"#);
    for answer in [unhandled, crashed] {
        let cloud = Cloud::with(&["a"], &[answer]);
        move_a_batch(&cloud).await.unwrap();
        assert_eq!(cloud.deleted(), [""; 0], "{answer:?}");
    }
}

#[tokio::test]
async fn scheduled_functions_are_invoked_at_once_and_all_loops_end_when_requested() {
    let cloud = Cloud::with(&[], &[]);
    let pump = a_pump(&cloud).await;
    let (ask, stop) = Stop::by_hand();
    let ended = tokio::spawn(async move { Box::pin(pump.work(&stop)).await });
    while cloud.invoked().len() < 2 {
        tokio::task::yield_now().await;
    }
    ask.send(1).unwrap();
    ended.await.unwrap().unwrap();
    for (index, expected) in ["OutboxRelay", "Scheduler"].into_iter().enumerate() {
        let (function, event) = &cloud.invoked()[index];
        assert_eq!((function.as_str(), &event["detail-type"]), (expected, &json!("Scheduled Event")));
    }
}

#[tokio::test]
async fn an_error_says_what_to_do_next() {
    let cloud = Cloud::with(&["a"], &[(StatusCode::NOT_FOUND, false, "{}")]);
    let error = format!("{:#}", move_a_batch(&cloud).await.unwrap_err());
    assert!(error.contains("has no function Notifications"), "{error}");

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let lambda = Lambda::at(&url, Emulator::Sam.command()).unwrap();
    let error = format!("{:#}", lambda.invoke("Notifications", &json!({})).await.unwrap_err());
    assert!(error.contains("Run `sam local start-lambda`"), "{error}");

    let Err(error) = Queue::open(&url, EVENTS).await else { panic!("a queue of nobody") };
    assert!(format!("{error:#}").contains("docker compose up"), "{error:#}");

    assert!(Lambda::at("localhost:3001", "").is_err());
}

#[test]
fn the_functions_are_called_as_the_template_has_them() {
    let template = include_str!("../../../../template.yaml");
    let (sam, watch) = (Emulator::Sam.names(), Emulator::Watch.names());
    let of_queues = [(sam.consumer, watch.consumer), (sam.worker, watch.worker)];
    for (logical, binary) in of_queues.into_iter().chain(sam.scheduled.into_iter().zip(watch.scheduled)) {
        let resource = template.split_once(&format!("\n  {logical}:\n")).unwrap().1;
        let metadata = resource.lines().find(|line| line.contains("Binary:")).unwrap();
        assert!(metadata.contains(&format!("Binary: {binary} ")), "{logical}: {metadata}");
    }
}
