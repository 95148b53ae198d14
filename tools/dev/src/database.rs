//! The database of `cargo dev`: the one in `DATABASE_URL`, or a private PostgreSQL.

use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use local_postgres::{Cluster, Durability};
use migrate::{Release, apply_release};
use shared::app::Environment;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::money::Currency;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::home::Home;

/// Name of the database in the private PostgreSQL.
const NAME: &str = "shop";
/// Role that `migrate` creates for the functions.
const APP_ROLE: &str = "shop";

/// A migrated database. Dropping it stops the PostgreSQL if this process owns it.
pub struct Database {
    cluster: Option<Cluster>,
    owner: PgConnectOptions,
    currency: Currency,
}

impl Database {
    /// Opens the database and applies the migrations. Starts the private PostgreSQL, or uses the one that another `cargo dev` is running.
    pub async fn open(home: &Home, environment: &Environment) -> anyhow::Result<Self> {
        Self::open_in(home, environment, None).await
    }

    /// Does the same for a shop in this currency; without one, the shop keeps its own.
    pub async fn open_in(home: &Home, environment: &Environment, currency: Option<Currency>) -> anyhow::Result<Self> {
        let (mut database, problem) = match environment.get("DATABASE_URL") {
            Some(url) => (Self::at(url)?, "DATABASE_URL could not be brought up to date"),
            None => (
                Self::private(home).await?,
                "the database could not be brought up to date (`cargo dev --fresh` starts over with a new one)",
            ),
        };
        let release = Release { currency, ..Release::default() };
        database.currency = apply_release(&database.owner(), release).await.context(problem)?.currency;
        Ok(database)
    }

    fn at(url: &str) -> anyhow::Result<Self> {
        // Without the cause, which may contain the password.
        let owner = PgConnectOptions::from_str(url)
            .map_err(|_| anyhow::anyhow!("DATABASE_URL is not a URL such as postgres://user@host:5432/name"))?;
        Ok(Self { cluster: None, owner, currency: Currency::DEFAULT })
    }

    async fn private(home: &Home) -> anyhow::Result<Self> {
        let dir = home.postgres();
        let cluster = tokio::task::spawn_blocking(move || {
            let cluster = local_postgres::open(&dir, Durability::Durable)?;
            cluster.create_database(NAME)?;
            anyhow::Ok(cluster)
        });
        let cluster = cluster.await??;
        let owner = PgConnectOptions::from_str(&cluster.url(NAME))?;
        Ok(Self { cluster: Some(cluster), owner, currency: Currency::DEFAULT })
    }

    /// Returns the currency of the shop.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Returns a connector that logs in as the owner of the tables.
    pub fn owner(&self) -> Connector {
        Connector::to(self.owner.clone())
    }

    /// Returns connections like those of the functions: in the private PostgreSQL as the role `shop`, which has the timeouts of the cloud;
    /// otherwise as the user in `DATABASE_URL`.
    pub fn app(&self, max_connections: usize) -> Db {
        Db::new(Connector::to(self.app_options()), PoolSettings { max_connections })
    }

    /// Returns the URL that [`Self::app`] connects to, for functions in other processes.
    pub fn app_url(&self) -> String {
        self.app_options().to_url_lossy().to_string()
    }

    fn app_options(&self) -> PgConnectOptions {
        match self.cluster {
            Some(_) => self.owner.clone().username(APP_ROLE),
            None => self.owner.clone(),
        }
    }

    /// Stops the PostgreSQL if this process owns it; open connections are closed.
    pub async fn stop(self) -> anyhow::Result<()> {
        match self.cluster {
            Some(cluster) => tokio::task::spawn_blocking(move || cluster.stop()).await?,
            None => Ok(()),
        }
    }
}

/// Deletes the private PostgreSQL. Fails if `DATABASE_URL` is set: a database that `cargo dev` did not create must not be deleted.
pub async fn delete(home: &Home, environment: &Environment) -> anyhow::Result<()> {
    if environment.get("DATABASE_URL").is_some() {
        bail!(
            "--fresh deletes the private database of `cargo dev`, but DATABASE_URL names another: empty that one yourself, or unset DATABASE_URL"
        );
    }
    let dir = home.postgres();
    tokio::task::spawn_blocking(move || local_postgres::remove(&dir)).await?
}
