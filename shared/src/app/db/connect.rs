//! Connections to the database: by URL, or in AWS with an IAM token and verified TLS.

use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use super::temporary::while_connecting;
use crate::app::{Environment, EnvironmentError};
use crate::aws::{Credentials, database_token};

/// The certificate authorities of RDS in all regions: <https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem>.
const RDS_CA: &[u8] = include_bytes!("rds-ca.pem");

/// Opens connections that a transaction pooler accepts.
#[derive(Clone)]
pub struct Connector {
    options: PgConnectOptions,
    iam: Option<Iam>,
}

/// The parts of an IAM token. It lives for 15 minutes and is checked only at connect, so each connect creates a new one.
#[derive(Clone, Debug)]
struct Iam {
    credentials: Credentials,
    host: String,
    port: u16,
    user: String,
}

/// The derived Debug of sqlx's options would show the password.
impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("host", &self.options.get_host())
            .field("iam", &self.iam)
            .finish_non_exhaustive()
    }
}

impl Connector {
    /// Reads `DATABASE_URL`, or `DATABASE_HOST`, `_PORT`, `_NAME` and `_USER` with an IAM token (`DATABASE_AUTH=iam`).
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        match environment.get("DATABASE_URL") {
            Some(url) => Self::at_url("DATABASE_URL", url),
            None => Self::at_host(environment.require("DATABASE_HOST")?, environment),
        }
    }

    /// Reads where the replica is: `READER_DATABASE_URL`, or `READER_DATABASE_HOST` with the other settings of the database. `None` if there is
    /// none. As `DATABASE_URL` wins over the host of the database, it wins over that of the replica.
    pub fn reader_from_environment(environment: &Environment) -> Result<Option<Self>, EnvironmentError> {
        if let Some(url) = environment.get("READER_DATABASE_URL") {
            return Self::at_url("READER_DATABASE_URL", url).map(Some);
        }
        match (environment.get("DATABASE_URL"), environment.get("READER_DATABASE_HOST")) {
            (None, Some(host)) => Self::at_host(host, environment).map(Some),
            (Some(_), _) | (None, None) => Ok(None),
        }
    }

    fn at_url(variable: &'static str, url: &str) -> Result<Self, EnvironmentError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| EnvironmentError::Invalid(variable, "a URL such as postgres://user@host:5432/name"))?;
        Ok(Self::to(options))
    }

    fn at_host(host: &str, environment: &Environment) -> Result<Self, EnvironmentError> {
        let port = environment.parse("DATABASE_PORT", "a port number")?.unwrap_or(5432);
        let user = environment.require("DATABASE_USER")?;
        if environment.get("DATABASE_AUTH").unwrap_or("iam") != "iam" {
            return Err(EnvironmentError::Invalid("DATABASE_AUTH", "`iam`; for a password set DATABASE_URL instead"));
        }
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(host)
            .port(port)
            .username(user)
            .database(environment.get("DATABASE_NAME").unwrap_or("shop"))
            .ssl_mode(PgSslMode::VerifyFull);
        // The proxy has a public certificate, which the built-in roots cover; the database itself has one of RDS's authorities.
        match environment.get("DATABASE_CA") {
            Some("rds") => options = options.ssl_root_cert_from_pem(RDS_CA.to_vec()),
            Some(path) => options = options.ssl_root_cert(path),
            None => {}
        }
        let iam = Iam {
            credentials: Credentials::from_environment(environment)?,
            host: host.to_owned(),
            port,
            user: user.to_owned(),
        };
        Ok(Self { iam: Some(iam), ..Self::to(options) })
    }

    /// Creates a connector with these options.
    pub fn to(options: PgConnectOptions) -> Self {
        let options = options
            // PgBouncer refuses this startup parameter.
            .extra_float_digits(None)
            .statement_cache_capacity(0)
            .application_name("shop")
            .disable_statement_logging();
        Self { options, iam: None }
    }

    /// Opens a bare connection, for `migrate` and the tools alone: all other code runs SQL in a [`super::Tx`] or a [`super::Call`].
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        self.open().await.map_err(while_connecting)
    }

    async fn open(&self) -> sqlx::Result<PgConnection> {
        match &self.iam {
            None => self.options.connect().await,
            Some(iam) => {
                let token = database_token(&iam.credentials, &iam.host, iam.port, &iam.user)
                    .map_err(|error| sqlx::Error::Configuration(error.into()))?;
                self.options.clone().password(&token).connect().await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_AWS: [(&str, &str); 5] = [
        ("DATABASE_HOST", "proxy.test"),
        ("DATABASE_USER", "shop_catalogue"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    fn reader(more: &[(&str, &str)]) -> Option<Connector> {
        let environment = IN_AWS.iter().chain(more).copied().collect();
        Connector::reader_from_environment(&environment).unwrap()
    }

    #[test]
    fn a_replica_has_the_login_of_the_database_and_a_token_for_its_own_host() {
        let reader = reader(&[("READER_DATABASE_HOST", "reader.test")]).unwrap();
        let iam = reader.iam.unwrap();
        assert_eq!((reader.options.get_host(), iam.host.as_str()), ("reader.test", "reader.test"));
        assert_eq!((reader.options.get_username(), iam.user.as_str()), ("shop_catalogue", "shop_catalogue"));
    }

    #[test]
    fn without_a_setting_there_is_no_replica() {
        assert!(reader(&[]).is_none());
        assert!(reader(&[("READER_DATABASE_HOST", ""), ("READER_DATABASE_URL", " ")]).is_none());
        let local = [("DATABASE_URL", "postgres://shop@127.0.0.1/shop"), ("READER_DATABASE_HOST", "reader.test")];
        assert!(reader(&local).is_none(), "the host is one of the cloud");
    }

    #[test]
    fn a_replica_may_be_named_by_its_url() {
        let reader = reader(&[("READER_DATABASE_URL", "postgres://shop@127.0.0.1:5433/shop")]).unwrap();
        assert_eq!((reader.options.get_port(), reader.iam.is_none()), (5433, true));
        let wrong = Environment::from_iter([("READER_DATABASE_URL", "no url")]);
        let error = Connector::reader_from_environment(&wrong).unwrap_err().to_string();
        assert!(error.contains("READER_DATABASE_URL"), "{error}");
    }
}
