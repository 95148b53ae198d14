//! What runs a function: its surroundings, its database, its service, and Lambda around it.

pub mod db;
pub mod lambda;
pub mod metrics;

mod ambient;
mod environment;
mod logs;
mod service;

use std::sync::Arc;

pub use ambient::{Ambient, SystemAmbient};
pub use environment::{Environment, EnvironmentError};
pub use logs::{LogFormat, write_logs, write_logs_to};
pub use service::{ClientAddress, LoggedUser, RequestId, service};

use crate::users::tokens::TokenVerifier;
use db::Db;
use metrics::Metrics;

/// What every HTTP function has. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The clock and the dice.
    pub ambient: Arc<dyn Ambient>,
    /// Says whose a token is.
    pub verifier: Arc<TokenVerifier>,
    /// Where clients reach the API, `https://api.example.com`; without it, what the request itself says.
    pub public_url: Option<String>,
    /// What is counted.
    pub metrics: Metrics,
}

impl App {
    /// Built from the environment. Connects to nothing yet.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        Ok(Self {
            db: Db::from_environment(environment)?,
            ambient: Arc::new(SystemAmbient),
            verifier: Arc::new(TokenVerifier::from_environment(environment)?),
            public_url: public_url(environment),
            metrics: Metrics::from_environment(environment),
        })
    }

    /// For a function that has no database and takes no tokens: a connection is never made, and every token is refused.
    pub fn without_database(environment: &Environment) -> Self {
        Self {
            db: Db::nowhere(),
            ambient: Arc::new(SystemAmbient),
            verifier: Arc::new(TokenVerifier::new([])),
            public_url: public_url(environment),
            metrics: Metrics::from_environment(environment),
        }
    }
}

fn public_url(environment: &Environment) -> Option<String> {
    environment.get("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned())
}
