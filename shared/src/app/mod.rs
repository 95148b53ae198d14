//! The runtime of a function: its configuration, database, HTTP service and Lambda handler.

pub mod db;
pub mod lambda;
pub mod metrics;

mod clock;
mod edge;
mod event;
mod logs;
mod rng;
mod security_headers;
mod service;

use std::sync::Arc;

pub use crate::environment::{Environment, EnvironmentError};
pub use clock::{Clock, SystemClock};
pub use edge::Edge;
pub use event::handler;
pub use logs::{LogFormat, start_logs, start_logs_to};
pub use rng::{Rng, SystemRng};
pub use service::{ClientAddress, LoggedUser, RequestId, service};

use crate::money::Currency;
use crate::shop::ShopOptions;
use crate::users::AuthOptions;
use crate::users::tokens::TokenVerifier;
use db::{Connector, Db, PoolSettings};
use metrics::Metrics;

/// The state of every HTTP function. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database, for reads and writes.
    pub db: Db,
    /// The database for reads that may miss what was committed a moment ago: `db`, or a replica of it.
    pub reads: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
    /// Verifies access tokens.
    pub verifier: Arc<TokenVerifier>,
    /// Base URL of the API, such as `https://api.example.com`; `None` to use the host of each request.
    pub public_url: Option<String>,
    /// The CDN through which every request comes; `None` if clients call the API itself.
    pub edge: Option<Edge>,
    /// Currency in which requests have amounts: that of the shop.
    pub currency: Currency,
    /// Limits and rules for buyers.
    pub options: ShopOptions,
    /// Options of accounts.
    pub auth_options: AuthOptions,
    /// Writer of metrics.
    pub metrics: Metrics,
}

impl App {
    /// Creates the state from the environment. It does not connect to anything yet.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let db = Db::from_environment(environment)?;
        Ok(Self {
            reads: db.clone(),
            db,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            verifier: Arc::new(TokenVerifier::from_environment(environment)?),
            public_url: public_url(environment),
            edge: Edge::from_environment(environment)?,
            currency: currency(environment)?.ok_or(EnvironmentError::Missing(SHOP_CURRENCY))?,
            options: ShopOptions::from_environment(environment)?,
            auth_options: AuthOptions::from_environment(environment)?,
            metrics: Metrics::from_environment(environment),
        })
    }

    /// Returns this state with another database, for all reads and writes.
    #[must_use]
    pub fn with_db(self, db: Db) -> Self {
        Self { reads: db.clone(), db, ..self }
    }

    /// Returns this state with the replica that the environment names, if it names one. Like the pool of the database, that of the replica has
    /// one connection.
    pub fn reading_from_replica(self, environment: &Environment) -> Result<Self, EnvironmentError> {
        let Some(replica) = Connector::reader_from_environment(environment)? else { return Ok(self) };
        Ok(Self { reads: self.db.read_from(replica, PoolSettings { max_connections: 1 }), ..self })
    }

    /// Creates the state of a function without a database, tokens and amounts: every connection fails and every token is refused.
    pub fn without_database(environment: &Environment) -> Result<Self, EnvironmentError> {
        Ok(Self {
            db: Db::nowhere(),
            reads: Db::nowhere(),
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
            verifier: Arc::new(TokenVerifier::new([])),
            public_url: public_url(environment),
            edge: Edge::from_environment(environment)?,
            currency: Currency::DEFAULT,
            options: ShopOptions::default(),
            auth_options: AuthOptions::default(),
            metrics: Metrics::from_environment(environment),
        })
    }
}

const SHOP_CURRENCY: &str = "SHOP_CURRENCY";

/// Reads the currency of the shop. Requests are read in it before the first statement; whatever is done with their amounts names it too, so
/// that a shop with another currency refuses them.
pub fn currency(environment: &Environment) -> Result<Option<Currency>, EnvironmentError> {
    environment.parse(SHOP_CURRENCY, "the code of a currency with at most three decimals (ISO 4217)")
}

fn public_url(environment: &Environment) -> Option<String> {
    environment.get("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned())
}
