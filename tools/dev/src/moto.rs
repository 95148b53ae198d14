//! SQS, SES and S3 by `moto_server`, spoken to by the real SDK.

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

use crate::bench::client::Client;

/// Of samconfig.toml's local commands; moto keeps regions apart.
pub(crate) const REGION: &str = "eu-central-1";
/// Python takes its time, above all the first time.
const WAIT_FOR_MOTO: Duration = Duration::from_secs(60);

/// A running moto. Dropped, it is killed.
pub(crate) struct Moto {
    address: SocketAddr,
    sqs: aws_sdk_sqs::Client,
    ses: aws_sdk_sesv2::Client,
    s3: aws_sdk_s3::Client,
    child: Child,
}

/// A mail that moto was given for sending.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SentMail {
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) source: String,
    pub(crate) destinations: Destinations,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Destinations {
    #[serde(rename = "ToAddresses")]
    pub(crate) to: Vec<String>,
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
    /// Listening there; its log is `moto.log` in `logs`.
    pub(crate) async fn start(program: &Path, logs: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        // moto itself would say so in its log alone, and whoever has the port might answer in its place.
        drop(
            TcpListener::bind(address)
                .with_context(|| format!("{address} is taken: is moto running there already?"))?,
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
        let keys = Credentials::new("moto", "moto", None, None, "wire");
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
        moto.wait_until_it_answers().await?;
        Ok(moto)
    }

    async fn wait_until_it_answers(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while self.mails().await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("moto ended at once: {status}");
            }
            if began.elapsed() > WAIT_FOR_MOTO {
                bail!("moto did not answer within {WAIT_FOR_MOTO:?}");
            }
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its URL.
    pub(crate) async fn create_queue(&self, name: &str) -> anyhow::Result<String> {
        let created = self.sqs.create_queue().queue_name(name).send().await?;
        created.queue_url.context("a queue without a URL")
    }

    pub(crate) async fn create_sender(&self, address: &str) -> anyhow::Result<()> {
        self.ses.create_email_identity().email_identity(address).send().await?;
        Ok(())
    }

    pub(crate) async fn create_bucket(&self, name: &str) -> anyhow::Result<()> {
        let here = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint(REGION.into()).build();
        self.s3.create_bucket().bucket(name).create_bucket_configuration(here).send().await?;
        Ok(())
    }

    /// A bucket whose files everybody sees, as the CDN shows them.
    pub(crate) async fn create_public_bucket(&self, name: &str) -> anyhow::Result<()> {
        self.create_bucket(name).await?;
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*"),
        }]});
        self.s3.put_bucket_policy().bucket(name).policy(policy.to_string()).send().await?;
        Ok(())
    }

    /// A file, with its `Cache-Control`.
    pub(crate) async fn file(&self, bucket: &str, key: &str) -> anyhow::Result<(Vec<u8>, Option<String>)> {
        let object = self.s3.get_object().bucket(bucket).key(key).send().await?;
        let cache_control = object.cache_control.clone();
        Ok((object.body.collect().await?.to_vec(), cache_control))
    }

    /// Takes the messages that are in the queue, and deletes them there.
    pub(crate) async fn take_messages(&self, queue_url: &str) -> anyhow::Result<Vec<aws_sdk_sqs::types::Message>> {
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
            let receipt = message.receipt_handle.as_deref().context("a message without a receipt")?;
            self.sqs.delete_message().queue_url(queue_url).receipt_handle(receipt).send().await?;
        }
        Ok(messages)
    }

    /// Every mail that was sent, in order.
    pub(crate) async fn mails(&self) -> anyhow::Result<Vec<SentMail>> {
        let mut client = Client::connect(self.address).await?;
        let answer = client.send(b"GET /moto-api/data.json HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let everything: Everything = serde_json::from_slice(answer.body)?;
        Ok(everything.ses.map(|ses| ses.messages).unwrap_or_default())
    }
}
