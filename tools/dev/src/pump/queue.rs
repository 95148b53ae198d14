//! A local queue, by the real SDK.

use anyhow::{Context as _, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};

use crate::moto::REGION;

/// The most that SQS allows.
const LONG_POLL_SECONDS: i32 = 20;

/// Which queue, and how many of its messages a function takes at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    /// As in compose.yaml.
    pub(super) name: &'static str,
    /// As `BatchSize` in template.yaml.
    pub(super) batch: i32,
}

pub(super) struct Queue {
    client: Client,
    url: String,
    named: Named,
}

impl Queue {
    /// One that compose.yaml makes.
    pub(super) async fn open(endpoint: &str, named: Named) -> anyhow::Result<Self> {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("local", "local", None, None, "pump"))
            .http_client(shared::aws::https_client())
            .endpoint_url(endpoint);
        let client = Client::from_conf(config.build());
        let name = named.name;
        let found = client.get_queue_url().queue_name(name).send().await;
        if found.as_ref().err().and_then(|error| error.as_service_error()).is_some() {
            // moto forgets it when it stops.
            bail!("{endpoint} has no queue {name}: `docker compose up --detach` (or `cargo dev services`) makes it");
        }
        let found = found.with_context(|| {
            format!("no SQS answers at {endpoint}: `docker compose up --detach` (or `cargo dev services`) starts its stand-in, and --sqs names another")
        })?;
        Ok(Self { client, url: found.queue_url.context("a queue without a URL")?, named })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn name(&self) -> &'static str {
        self.named.name
    }

    /// Waits for messages, for a while.
    pub(super) async fn receive(&self) -> anyhow::Result<Vec<Message>> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(self.named.batch)
            .wait_time_seconds(LONG_POLL_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .context(
                "SQS's stand-in answers no more: `docker compose up --detach` (or `cargo dev services`) starts it",
            )?;
        Ok(received.messages.unwrap_or_default())
    }

    pub(super) async fn delete(&self, messages: &[&Message]) -> anyhow::Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let entries = messages.iter().enumerate().map(|(index, message)| {
            let receipt = message.receipt_handle.clone().unwrap_or_default();
            DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(receipt).build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let deleted = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries)).send();
        if let Some(failed) = deleted.await.context("messages that were taken could not be deleted")?.failed.first() {
            bail!("a message that was taken could not be deleted: {}", failed.message().unwrap_or(failed.code()));
        }
        Ok(())
    }
}
