//! Queues in SQS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};

use super::{Credentials, https_client};
use crate::app::{Environment, EnvironmentError};
use crate::outbox::{Event, Queue};
use crate::trace::Trace;
use crate::trace::subsegment::{Downstream, recorded};
use crate::transfers::{Job, JobQueue};

/// The queue of events.
pub struct Sqs {
    client: Client,
    queue_url: String,
}

impl Sqs {
    /// Reads `ORDER_EVENTS_QUEUE_URL`; `AWS_ENDPOINT_URL_SQS` overrides the endpoint.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let queue_url = environment.require("ORDER_EVENTS_QUEUE_URL")?.to_owned();
        Ok(Self { client: client(environment)?, queue_url })
    }
}

/// The queue of jobs on files.
pub struct SqsJobs {
    client: Client,
    queue_url: String,
}

impl SqsJobs {
    /// Reads `CATALOGUE_JOBS_QUEUE_URL`; `AWS_ENDPOINT_URL_SQS` overrides the endpoint.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let queue_url = environment.require("CATALOGUE_JOBS_QUEUE_URL")?.to_owned();
        Ok(Self { client: client(environment)?, queue_url })
    }
}

fn client(environment: &Environment) -> Result<Client, EnvironmentError> {
    let credentials = Credentials::from_environment(environment)?;
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(credentials.region))
        .credentials_provider(credentials.keys)
        // There is only one try, because a buyer waits for the response and the relay tries again.
        .retry_config(RetryConfig::disabled())
        .http_client(https_client());
    if let Some(url) = environment.get("AWS_ENDPOINT_URL_SQS") {
        config = config.endpoint_url(url);
    }
    Ok(Client::from_conf(config.build()))
}

#[async_trait]
impl JobQueue for SqsJobs {
    async fn send(&self, job: Job) -> anyhow::Result<()> {
        let body = serde_json::to_string(&job)?;
        let message = self.client.send_message().queue_url(&self.queue_url).message_body(body);
        recorded(Downstream::Sqs, "SendMessage", message.send()).await?;
        Ok(())
    }
}

#[async_trait]
impl Queue for Sqs {
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()> {
        let mut message =
            self.client.send_message().queue_url(&self.queue_url).message_body(serde_json::to_string(event)?);
        // Without this header the SDK sends the trace of the invocation, which SQS accepts as well.
        if let Some(trace) = trace {
            let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
            message =
                message.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header.build()?);
        }
        recorded(Downstream::Sqs, "SendMessage", message.send()).await?;
        Ok(())
    }
}
