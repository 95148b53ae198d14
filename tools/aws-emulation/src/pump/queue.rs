//! A queue of the SQS emulator, called through the real SDK.

use anyhow::{Context as _, bail};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};

use crate::moto::REGION;

/// Maximum of SQS.
const LONG_POLL_SECONDS: i32 = 20;

/// The name of a queue and the size of its batches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    /// Name in compose.yaml.
    pub(super) name: &'static str,
    /// `BatchSize` in template.yaml.
    pub(super) batch: i32,
}

pub(super) struct Queue {
    client: Client,
    url: String,
    named: Named,
}

impl Queue {
    /// Opens a queue that compose.yaml creates.
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
            // moto keeps queues only while it runs.
            bail!("{endpoint} has no queue {name}: `docker compose up --detach` (or `cargo dev services`) creates it");
        }
        let found = found.with_context(|| {
            format!("no SQS responds at {endpoint}: start the emulator with `docker compose up --detach` (or `cargo dev services`), or set its URL with --sqs")
        })?;
        Ok(Self { client, url: found.queue_url.context("SQS returned a queue without a URL")?, named })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn name(&self) -> &'static str {
        self.named.name
    }

    /// Waits for messages, for 20 seconds at most.
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
                "the SQS emulator no longer responds: start it with `docker compose up --detach` (or `cargo dev services`)",
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
        if let Some(failed) = deleted.await.context("processed messages could not be deleted")?.failed.first() {
            bail!("a processed message could not be deleted: {}", failed.message().unwrap_or(failed.code()));
        }
        Ok(())
    }
}
