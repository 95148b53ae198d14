//! Clients of AWS: credentials, region, and the token for the database.
//!
//! In Lambda the credentials are in the environment and last as long as the execution environment, so the credential chain of `aws-config`
//! and its thirty crates are not needed.

mod database_token;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "s3")]
mod s3_parts;
#[cfg(feature = "sqs")]
mod sqs;

pub use database_token::database_token;
#[cfg(feature = "s3")]
pub use s3::S3;
#[cfg(feature = "sqs")]
pub use sqs::{Sqs, SqsJobs};

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::app::{Environment, EnvironmentError};

/// The credentials and the region of this function.
#[derive(Clone)]
pub struct Credentials {
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Keys that Lambda put into the environment.
    pub keys: aws_credential_types::Credentials,
}

impl Credentials {
    /// Reads `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let keys = aws_credential_types::Credentials::new(
            environment.require("AWS_ACCESS_KEY_ID")?,
            environment.require("AWS_SECRET_ACCESS_KEY")?,
            environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "environment",
        );
        let region = environment.get("AWS_REGION").map_or_else(|| environment.require("AWS_DEFAULT_REGION"), Ok)?;
        Ok(Self { region: region.to_owned(), keys })
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Returns the HTTP client of all SDK clients: rustls on ring. The SDK's default would add a second TLS stack.
pub fn https_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
