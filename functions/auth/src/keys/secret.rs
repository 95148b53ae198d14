//! The secret in Secrets Manager that holds the keys: a JSON object with the variables `TOKEN_SIGNING_KEY` and `TOTP_KEYS`.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Builder, Region};
use shared::app::{Environment, EnvironmentError};
use shared::aws::{Credentials, https_client};

use super::Keys;

/// Maximum wait for Secrets Manager, shorter than the timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(3);

/// A secret in Secrets Manager.
pub(super) struct Secret {
    client: Client,
    arn: String,
}

impl Secret {
    /// Returns the secret with this ARN; `AWS_ENDPOINT_URL_SECRETS_MANAGER` overrides the endpoint.
    pub(super) fn new(arn: &str, environment: &Environment) -> Result<Self, EnvironmentError> {
        let credentials = Credentials::from_environment(environment)?;
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(credentials.region))
            .credentials_provider(credentials.keys)
            // There is only one try, because a user waits for the response and the next request tries again.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(TIMEOUT / 3).operation_timeout(TIMEOUT).build())
            .http_client(https_client());
        if let Some(url) = environment.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") {
            config = config.endpoint_url(url);
        }
        Ok(Self { client: Client::from_conf(config.build()), arn: arn.to_owned() })
    }

    /// Reads the keys. No error contains a part of the secret.
    pub(super) async fn read(&self) -> anyhow::Result<Keys> {
        let output = self.client.get_secret_value().secret_id(&self.arn).send().await?;
        let text = output.secret_string().context("the secret is binary")?;
        // The error of serde_json would quote what it has found.
        let values: HashMap<String, String> =
            serde_json::from_str(text).map_err(|_| anyhow!("the secret is not a JSON object of texts"))?;
        Keys::from_environment(&values.into_iter().collect()).context("the secret")
    }
}
