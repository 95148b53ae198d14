//! A batch of messages as Lambda sends it to a function, and the messages that the function's response reports as processed.

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_sqs::types::Message;
use serde_json::{Map, Value, json};

use crate::moto::REGION;

/// Returns the event for messages of this queue.
pub(super) fn event(queue: &str, messages: &[Message]) -> Value {
    json!({"Records": messages.iter().map(|message| record(queue, message)).collect::<Vec<_>>()})
}

fn record(queue: &str, message: &Message) -> Value {
    let attributes = message.attributes.iter().flatten();
    let attributes: Map<_, _> = attributes.map(|(name, value)| (name.to_string(), json!(value))).collect();
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "md5OfBody": message.md5_of_body,
        "attributes": attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{}:123456789012:{queue}", REGION),
        "awsRegion": REGION,
    })
}

/// Returns the messages that may be deleted. As in Lambda, a response that is malformed or names a message outside the batch means that none
/// was processed; an empty response means that all were.
pub(super) fn done<'a>(messages: &'a [Message], answer: &Value) -> Vec<&'a Message> {
    let Ok(answer) = serde_json::from_value::<Option<SqsBatchResponse>>(answer.clone()) else { return Vec::new() };
    let failures = answer.map(|answer| answer.batch_item_failures).unwrap_or_default();
    let is_failure = |message: &&Message| {
        failures.iter().any(|failure| message.message_id.as_ref() == Some(&failure.item_identifier))
    };
    if messages.iter().filter(is_failure).count() < failures.len() {
        return Vec::new();
    }
    messages.iter().filter(|message| !is_failure(message)).collect()
}
