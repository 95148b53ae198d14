//! The database that `cargo dev` works on: the one that `DATABASE_URL` names, or a PostgreSQL of its own.

use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use local_postgres::{Cluster, Durability};
use shared::app::Environment;
use shared::app::db::{Connector, Db, PoolSettings};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use crate::home::Home;

/// The name of the database in a PostgreSQL of our own.
const NAME: &str = "shop";
/// The role that `migrate` prepares for the functions.
pub(crate) const APP_ROLE: &str = "shop";

/// A migrated database. Dropped, it stops the PostgreSQL that it started.
pub struct Database {
    cluster: Option<Cluster>,
    owner: PgConnectOptions,
}

impl Database {
    /// Finds or starts it, whether or not another `cargo dev` is running, and applies the migrations.
    pub async fn open(home: &Home, environment: &Environment) -> anyhow::Result<Self> {
        let database = match environment.get("DATABASE_URL") {
            Some(url) => Self::named_by(url)?,
            None => Self::of_our_own(home).await?,
        };
        migrate::apply(&database.owner())
            .await
            .context("the database could not be brought up to date (`cargo dev --fresh` begins with a new one)")?;
        Ok(database)
    }

    fn named_by(url: &str) -> anyhow::Result<Self> {
        // Without the cause: it may hold the password.
        let owner = PgConnectOptions::from_str(url)
            .map_err(|_| anyhow::anyhow!("DATABASE_URL is no URL such as postgres://user@host:5432/name"))?;
        Ok(Self { cluster: None, owner })
    }

    async fn of_our_own(home: &Home) -> anyhow::Result<Self> {
        let dir = home.postgres();
        let cluster = tokio::task::spawn_blocking(move || {
            let cluster = local_postgres::open(&dir, Durability::Durable)?;
            cluster.create_database(NAME)?;
            anyhow::Ok(cluster)
        });
        let cluster = cluster.await??;
        let owner = PgConnectOptions::from_str(&cluster.url(NAME))?;
        Ok(Self { cluster: Some(cluster), owner })
    }

    /// The way to it as the owner of its tables.
    pub fn owner(&self) -> Connector {
        Connector::to(self.owner.clone())
    }

    /// Connections as the functions have them: in a PostgreSQL of our own as the role `shop`, whose timeouts hold there as they do
    /// in the cloud; elsewhere as whom `DATABASE_URL` names.
    pub fn app(&self, max_connections: usize) -> Db {
        Db::new(Connector::to(self.app_options()), PoolSettings { max_connections })
    }

    /// The same, for functions in processes of their own.
    pub fn app_url(&self) -> String {
        self.app_options().to_url_lossy().to_string()
    }

    fn app_options(&self) -> PgConnectOptions {
        match self.cluster {
            Some(_) => self.owner.clone().username(APP_ROLE),
            None => self.owner.clone(),
        }
    }

    /// Stops the PostgreSQL that was started; open connections are cut.
    pub async fn stop(self) -> anyhow::Result<()> {
        match self.cluster {
            Some(cluster) => tokio::task::spawn_blocking(move || cluster.stop()).await?,
            None => Ok(()),
        }
    }
}

/// Deletes what is in a PostgreSQL of our own; one that `DATABASE_URL` names is not ours to delete.
pub async fn forget(home: &Home, environment: &Environment) -> anyhow::Result<()> {
    if environment.get("DATABASE_URL").is_some() {
        bail!(
            "--fresh deletes the database that `cargo dev` keeps for itself, and DATABASE_URL names another: empty that one yourself, or unset DATABASE_URL"
        );
    }
    let dir = home.postgres();
    tokio::task::spawn_blocking(move || local_postgres::remove(&dir)).await?
}
