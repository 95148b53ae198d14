//! SQS, SES and S3 by `moto_server`, called through the real SDK.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use serde::Deserialize;
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::http_client::Client;

/// Region of samconfig.toml's local commands; moto separates regions.
pub const REGION: &str = "eu-central-1";
/// Python is slow to start, above all the first time.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running moto server. It is killed when this is dropped.
pub struct Moto {
    address: SocketAddr,
    sqs: aws_sdk_sqs::Client,
    ses: aws_sdk_sesv2::Client,
    s3: aws_sdk_s3::Client,
    child: Child,
}

/// A mail that was sent through moto.
#[derive(Clone, Debug, Deserialize)]
pub struct SentMail {
    /// Subject of the mail.
    pub subject: String,
    /// Body: the whole MIME message.
    pub body: String,
    /// Name and address of the sender.
    pub source: String,
    /// Addresses of the recipients.
    pub destinations: Destinations,
}

/// The recipients of a mail.
#[derive(Clone, Debug, Deserialize)]
pub struct Destinations {
    /// Addresses in the `To` field.
    #[serde(rename = "ToAddresses")]
    pub to: Vec<String>,
}

#[derive(Deserialize)]
struct Everything {
    ses: Option<Ses>,
}

#[derive(Deserialize)]
struct Ses {
    #[serde(rename = "Message", default)]
    messages: Vec<SentMail>,
}

impl Moto {
    /// Starts moto on this address; it logs to `moto.log` in `logs`.
    pub async fn start(program: &Path, logs: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        // moto reports a taken port only in its log, and the program that holds the port might answer instead.
        drop(
            TcpListener::bind(address)
                .with_context(|| format!("port {address} is already in use: is moto already running there?"))?,
        );
        let log = std::fs::File::create(logs.join("moto.log"))?;
        let child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("{} could not be run: `pip install 'moto[server]'`, or name it with --moto", program.display())
            })?;
        let url = format!("http://{address}");
        let keys = Credentials::new("moto", "moto", None, None, "e2e");
        let sqs = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(keys.clone())
            .http_client(shared::aws::https_client())
            .endpoint_url(&url);
        let ses = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(keys.clone())
            .http_client(shared::aws::https_client())
            .endpoint_url(&url);
        let s3 = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(keys)
            .http_client(shared::aws::https_client())
            .endpoint_url(&url)
            .force_path_style(true);
        let s3 = aws_sdk_s3::Client::from_conf(s3.build());
        let (sqs, ses) = (aws_sdk_sqs::Client::from_conf(sqs.build()), aws_sdk_sesv2::Client::from_conf(ses.build()));
        let mut moto = Self { address, sqs, ses, s3, child };
        moto.wait_until_ready().await?;
        Ok(moto)
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.mails().await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("moto ended immediately: {status}");
            }
            if began.elapsed() > START_TIMEOUT {
                bail!("moto did not answer within {START_TIMEOUT:?}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Returns the address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Creates a queue and returns its URL.
    pub async fn create_queue(&self, name: &str) -> anyhow::Result<String> {
        let created = self.sqs.create_queue().queue_name(name).send().await?;
        created.queue_url.context("moto returned a queue without a URL")
    }

    /// Allows SES to send mail from this address.
    pub async fn create_sender(&self, address: &str) -> anyhow::Result<()> {
        self.ses.create_email_identity().email_identity(address).send().await?;
        Ok(())
    }

    /// Creates a private bucket.
    pub async fn create_bucket(&self, name: &str) -> anyhow::Result<()> {
        let here = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(REGION.into()).build();
        self.s3.create_bucket().bucket(name).create_bucket_configuration(here).send().await?;
        Ok(())
    }

    /// Creates a bucket whose files are public, as the CDN serves them.
    pub async fn create_public_bucket(&self, name: &str) -> anyhow::Result<()> {
        self.create_bucket(name).await?;
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*"),
        }]});
        self.s3.put_bucket_policy().bucket(name).policy(policy.to_string()).send().await?;
        Ok(())
    }

    /// Returns the content of a file and its `Cache-Control`.
    pub async fn file(&self, bucket: &str, key: &str) -> anyhow::Result<(Vec<u8>, Option<String>)> {
        let object = self.s3.get_object().bucket(bucket).key(key).send().await?;
        let cache_control = object.cache_control.clone();
        Ok((object.body.collect().await?.to_vec(), cache_control))
    }

    /// Receives the messages in the queue, at most ten, and deletes them.
    pub async fn take_messages(&self, queue_url: &str) -> anyhow::Result<Vec<aws_sdk_sqs::types::Message>> {
        let received = self
            .sqs
            .receive_message()
            .queue_url(queue_url)
            .max_number_of_messages(10)
            .wait_time_seconds(1)
            .send()
            .await?;
        let messages = received.messages.unwrap_or_default();
        for message in &messages {
            let receipt = message.receipt_handle.as_deref().context("moto returned a message without a receipt")?;
            self.sqs.delete_message().queue_url(queue_url).receipt_handle(receipt).send().await?;
        }
        Ok(messages)
    }

    /// Returns every mail that was sent, in order.
    pub async fn mails(&self) -> anyhow::Result<Vec<SentMail>> {
        let mut client = Client::connect(self.address).await?;
        let answer = client.send(b"GET /moto-api/data.json HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let everything: Everything = serde_json::from_slice(answer.body)?;
        Ok(everything.ses.map(|ses| ses.messages).unwrap_or_default())
    }
}
