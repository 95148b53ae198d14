//! A database with every migration applied, on its own server.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use local_postgres::{Cluster, Durability};
use migrations::Schema;
use sqlx::{Connection, PgConnection};

const NAME: &str = "prepare";

/// Dropping it stops the server.
pub(crate) struct Database {
    cluster: Cluster,
    dir: PathBuf,
}

impl Database {
    /// Starts with an empty server, roles included: the last run must not influence this one.
    pub(crate) fn start(dir: &Path) -> anyhow::Result<Self> {
        local_postgres::remove(dir).context("the server of the last run could not be deleted")?;
        let cluster = local_postgres::open(dir, Durability::Temporary)?;
        ensure!(cluster.is_owner(), "another `cargo prepare` is running: wait until it ends");
        cluster.create_database(NAME)?;
        Ok(Self { cluster, dir: dir.to_owned() })
    }

    pub(crate) fn url(&self) -> String {
        self.cluster.url(NAME)
    }

    pub(crate) async fn migrate(&self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.url()).await?;
        Schema::current()
            .apply(&mut connection, None)
            .await
            .context("migrations/ cannot be applied to an empty database: fix that first")?;
        Ok(connection.close().await?)
    }

    /// Stops the server and deletes its data.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        self.cluster.stop()?;
        local_postgres::remove(&self.dir)
    }
}
