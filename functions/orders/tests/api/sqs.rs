//! The requests that are sent to SQS.

use serde_json::{Value, json};
use shared::app::Environment;
use shared::aws::Sqs;
use shared::ids::{EventId, OrderId};
use shared::outbox::{Event, EventKind, Queue as _};
use shared::trace::Trace;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Sends an event to a fake server and returns the JSON that it received.
async fn sent(trace: Option<Trace<'_>>) -> Value {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let sqs = Sqs::from_environment(&Environment::from_iter([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_SQS", &url),
        ("ORDER_EVENTS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/order-events"),
    ]))
    .unwrap();
    let event = Event::new(EventId(Uuid::nil()), EventKind::OrderPlaced { order_id: OrderId(Uuid::max()) });
    let serve = async {
        let (mut client, _) = server.accept().await.unwrap();
        let request_body = request(&mut client).await;
        let body = r#"{"MessageId":"m1"}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        client.write_all(answer.as_bytes()).await.unwrap();
        request_body
    };
    let (sent, request_body) = tokio::join!(sqs.send(&event, trace), serve);
    sent.unwrap();
    assert_eq!(Event::read(request_body["MessageBody"].as_str().unwrap()).unwrap(), event);
    request_body
}

/// Reads the JSON of one HTTP request.
async fn request(client: &mut TcpStream) -> Value {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(client.read_buf(&mut bytes).await.unwrap(), 0, "the client hung up");
        let text = String::from_utf8_lossy(&bytes);
        let Some((_, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            return body;
        }
    }
}

#[tokio::test]
async fn a_trace_is_sent_as_the_system_attribute_that_lambda_reads() {
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let request_body = sent(Trace::read(header)).await;
    // A message *system* attribute: X-Ray ignores one of ours.
    assert_eq!(
        request_body["MessageSystemAttributes"],
        json!({"AWSTraceHeader": {"DataType": "String", "StringValue": header}})
    );
    assert_eq!(request_body["MessageAttributes"], Value::Null);
}

#[tokio::test]
async fn without_a_trace_only_the_event_is_sent() {
    assert_eq!(sent(None).await["MessageSystemAttributes"], Value::Null);
}
