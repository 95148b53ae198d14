//! A message in the consumer's hands.

use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};

use super::name::Name;

/// A message that was handed out.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub(super) name: Name,
    /// What was sent.
    pub body: String,
}

impl Delivery {
    /// The id by which the consumer reports that it failed.
    pub fn id(&self) -> String {
        self.name.id.to_string()
    }

    /// How often it was handed out, this time included.
    pub fn receives(&self) -> u32 {
        self.name.receives
    }

    fn record(&self) -> Value {
        json!({
            "messageId": self.id(),
            "receiptHandle": self.name.to_string(),
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": self.receives().to_string()},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:order-events",
            "awsRegion": "eu-central-1",
        })
    }
}

/// The event that wakes a function, by way of the JSON that Lambda would be sent.
pub(super) fn event(deliveries: &[Delivery]) -> serde_json::Result<SqsEvent> {
    let records: Vec<_> = deliveries.iter().map(Delivery::record).collect();
    serde_json::from_value(json!({"Records": records}))
}
