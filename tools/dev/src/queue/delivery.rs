//! A message in the consumer's hands.

use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};
use shared::trace::Trace;

use super::name::Name;

/// A message that was handed out.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub(super) name: Name,
    /// What was sent.
    pub body: String,
    trace: Option<String>,
}

impl Delivery {
    /// What [`file`] has written.
    pub(super) fn read(name: Name, file: &str) -> Self {
        let (body, trace) = file.split_once('\n').unwrap_or((file, ""));
        Self { name, body: body.to_owned(), trace: Trace::read(trace).map(|trace| trace.header().to_owned()) }
    }

    /// The id by which the consumer reports that it failed.
    pub fn id(&self) -> String {
        self.name.id.to_string()
    }

    /// How often it was handed out, this time included.
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

/// A message as its file holds it: the body, which is JSON on one line, and on the next the header of its trace, if it has one.
pub(super) fn file(body: &str, trace: Option<Trace<'_>>) -> String {
    trace.map_or_else(|| body.to_owned(), |trace| format!("{body}\n{}", trace.header()))
}

/// The event that wakes a function, by way of the JSON that Lambda would be sent.
pub(super) fn event(deliveries: &[Delivery]) -> serde_json::Result<SqsEvent> {
    let records: Vec<_> = deliveries.iter().map(Delivery::record).collect();
    serde_json::from_value(json!({"Records": records}))
}
