//! What it takes to speak to AWS: credentials, where it is, and the token that opens the database.
//!
//! In Lambda the credentials are in the environment and last as long as the sandbox, so the big credential chain of
//! `aws-config`, thirty crates of it, has nothing to do here.

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

/// Who we are to AWS, and in which region.
#[derive(Clone)]
pub struct Credentials {
    /// Such as `eu-central-1`.
    pub region: String,
    /// The keys that Lambda put into the environment.
    pub keys: aws_credential_types::Credentials,
}

impl Credentials {
    /// `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
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

/// The one TLS stack of this tree, for the SDK's clients: rustls on ring. The SDK's own choice would bring a second.
pub fn https_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
