//! A database with every migration applied, on a server that nobody else uses.

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
    /// Begins with nothing each time, roles included: what the last run left must not decide what this one finds.
    pub(crate) fn start(dir: &Path) -> anyhow::Result<Self> {
        local_postgres::remove(dir).context("what the last run left could not be removed")?;
        let cluster = local_postgres::open(dir, Durability::ThrowAway)?;
        ensure!(cluster.started_here(), "another `cargo prepare` is running: wait for it");
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
            .context("migrations/ does not apply to an empty database; mend it first")?;
        Ok(connection.close().await?)
    }

    /// Stops the server and leaves nothing of it.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        self.cluster.stop()?;
        local_postgres::remove(&self.dir)
    }
}
