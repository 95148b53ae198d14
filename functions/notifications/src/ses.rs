//! Sends mail with SES.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Builder, Region};
use aws_sdk_sesv2::error::{DisplayErrorContext, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use shared::app::{Environment, EnvironmentError};
use shared::aws::{Credentials, https_client};
use shared::mail::address::to_ascii;
use shared::mail::{Mail, Mailer, SendError};
use shared::trace::subsegment::{Downstream, recorded};

use crate::sender::mailbox;
use crate::shop::shop_name;

/// Maximum wait for SES, much shorter than the duration of a claim.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A mailer that uses SES.
pub struct Ses {
    client: Client,
    from: String,
    configuration_set: Option<String>,
}

impl Ses {
    /// Reads the address `MAIL_FROM` and the name before it, `SHOP_NAME`, and the optional `MAIL_CONFIGURATION_SET`; `AWS_ENDPOINT_URL_SESV2`
    /// overrides the endpoint.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        let credentials = Credentials::from_environment(environment)?;
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(credentials.region))
            .credentials_provider(credentials.keys)
            // SES has no idempotency: an attempt that timed out may have sent the mail. The queue delivers the message again, and the claim decides.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(TIMEOUT / 3).operation_timeout(TIMEOUT).build())
            .http_client(https_client());
        if let Some(url) = environment.get("AWS_ENDPOINT_URL_SESV2") {
            config = config.endpoint_url(url);
        }
        let address = to_ascii(environment.require("MAIL_FROM")?)
            .ok_or(EnvironmentError::Invalid("MAIL_FROM", "an address such as orders@example.com"))?;
        Ok(Self {
            client: Client::from_conf(config.build()),
            from: mailbox(shop_name(environment), &address),
            configuration_set: environment.get("MAIL_CONFIGURATION_SET").map(str::to_owned),
        })
    }
}

#[async_trait]
impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        let recipient = mail.recipient()?;
        // A mail that cannot be written as a request will not be accepted later either.
        let (message, tags) = content(mail).map_err(|error| SendError::Permanent(format!("{error:#}")))?;
        let request = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(recipient).build())
            .content(EmailContent::builder().simple(message).build())
            .set_email_tags(Some(tags))
            .set_configuration_set_name(self.configuration_set.clone());
        match recorded(Downstream::Ses, "SendEmail", request.send()).await {
            Ok(output) => Ok(output.message_id.unwrap_or_default()),
            Err(error) => Err(classify(error)),
        }
    }
}

fn content(mail: &Mail) -> anyhow::Result<(Message, Vec<MessageTag>)> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
    let tag = |(name, value): &(&str, String)| MessageTag::builder().name(*name).value(value).build();
    let tags = mail.tags.iter().map(tag).collect::<Result<_, _>>().context("a tag")?;
    Ok((message, tags))
}

/// Says what an error of SES means for the mail.
fn classify(error: SdkError<SendEmailError>) -> SendError {
    let text = DisplayErrorContext(&error).to_string();
    if error.as_service_error().is_some_and(is_about_the_mail) {
        return SendError::Permanent(text);
    }
    // Throttled, paused, over the quota, suspended, not allowed: none of these is an error of the mail. A missing configuration set and a sender that
    // is not verified are errors of the deployment; their mails are sent again until they are corrected.
    // A server that failed may have accepted the mail before.
    let certainly_not_sent = if let SdkError::ServiceError(answer) = &error {
        !answer.raw().status().is_server_error()
    } else {
        matches!(error, SdkError::ConstructionFailure(_))
    };
    // Without a readable response it is unknown whether the mail was sent, even if no connection was made: the SDK does not tell.
    if certainly_not_sent { SendError::Temporary(text) } else { SendError::Unknown(text) }
}

/// Returns true if SES will never accept the mail. It also rejects every mail of a sender that is not verified, for example before the DNS records of
/// a new domain are there, and mails to others than verified recipients while the account has no production access. Both pass.
fn is_about_the_mail(error: &SendEmailError) -> bool {
    let message = if let SendEmailError::BadRequestException(error) = error {
        error.message()
    } else if let SendEmailError::MessageRejected(error) = error {
        error.message()
    } else {
        return false;
    };
    !message.unwrap_or_default().to_lowercase().contains("not verified")
}
