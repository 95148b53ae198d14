//! A message that was delivered to the consumer.

use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};
use shared::trace::Trace;

use super::name::Name;

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub(super) name: Name,
    /// Body as it was sent.
    pub body: String,
    trace: Option<String>,
}

impl Delivery {
    /// Parses the text that [`file`] returns.
    pub(super) fn read(name: Name, file: &str) -> Self {
        let (body, trace) = file.split_once('\n').unwrap_or((file, ""));
        Self { name, body: body.to_owned(), trace: Trace::read(trace).map(|trace| trace.header().to_owned()) }
    }

    /// Returns the id by which the consumer reports a failure.
    pub fn id(&self) -> String {
        self.name.id.to_string()
    }

    /// Returns how often it was received, this time included.
    pub fn receives(&self) -> u32 {
        self.name.receives
    }

    fn record(&self) -> Value {
        let mut attributes = json!({"ApproximateReceiveCount": self.receives().to_string()});
        if let Some(trace) = &self.trace {
            attributes["AWSTraceHeader"] = trace.as_str().into();
        }
        json!({
            "messageId": self.id(),
            "receiptHandle": self.name.to_string(),
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:order-events",
            "awsRegion": "eu-central-1",
        })
    }
}

/// Formats a message's file: the body, which is JSON on one line, and on the next line the header of its trace, if any.
pub(super) fn file(body: &str, trace: Option<Trace<'_>>) -> String {
    trace.map_or_else(|| body.to_owned(), |trace| format!("{body}\n{}", trace.header()))
}

/// Returns the event for a function, made from the JSON that Lambda sends.
pub(super) fn event(deliveries: &[Delivery]) -> serde_json::Result<SqsEvent> {
    let records: Vec<_> = deliveries.iter().map(Delivery::record).collect();
    serde_json::from_value(json!({"Records": records}))
}
