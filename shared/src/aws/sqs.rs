//! The queue in the cloud.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};

use super::{Credentials, https_client};
use crate::app::{Environment, EnvironmentError};
use crate::outbox::{Event, Queue};
use crate::trace::Trace;
use crate::transfers::{Job, JobQueue};

/// Sends events to one SQS queue.
pub struct Sqs {
    client: Client,
    queue_url: String,
}

impl Sqs {
    /// `ORDER_EVENTS_QUEUE_URL`, and `AWS_ENDPOINT_URL_SQS` where it is not Amazon's.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let queue_url = environment.require("ORDER_EVENTS_QUEUE_URL")?.to_owned();
        Ok(Self { client: client(environment)?, queue_url })
    }
}

/// Sends work on files to another.
pub struct SqsJobs {
    client: Client,
    queue_url: String,
}

impl SqsJobs {
    /// `CATALOGUE_JOBS_QUEUE_URL`, and `AWS_ENDPOINT_URL_SQS` where it is not Amazon's.
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
        // One try: a buyer waits for the answer, and the relay tries again.
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
        self.client.send_message().queue_url(&self.queue_url).message_body(body).send().await?;
        Ok(())
    }
}

#[async_trait]
impl Queue for Sqs {
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()> {
        let mut message =
            self.client.send_message().queue_url(&self.queue_url).message_body(serde_json::to_string(event)?);
        // Without one the SDK sends the trace of the invocation, as an HTTP header, which SQS takes as well.
        if let Some(trace) = trace {
            let header = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
            message =
                message.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header.build()?);
        }
        message.send().await?;
        Ok(())
    }
}
