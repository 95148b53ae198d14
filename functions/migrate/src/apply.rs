//! Applies the migrations that are missing, then prepares the app's role.

use anyhow::Context as _;
use serde::Serialize;
use shared::app::db::{Connector, MIGRATOR};
use sqlx::Connection as _;
use sqlx::migrate::{Migrate as _, MigrateError};
use sqlx::postgres::PgConnection;

use crate::app_role::{self, AppRole};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The migrations that this run has applied, in order.
    pub migrations: Vec<i64>,
    /// The newest migration that the database has now.
    pub version: i64,
    /// What became of the app's role.
    pub app_role: AppRole,
}

/// Brings the database up to date. Safe to repeat, and safe when two do it at once: the second waits for the first.
///
/// A database that is newer than this program is refused, and nothing is changed.
pub async fn apply(connector: &Connector) -> anyhow::Result<Applied> {
    let mut connection = connector.connect().await.context("the database cannot be reached")?;
    // The lock is the session's: it ends with the connection, whatever happens, and sqlx's own taking of it inside counts up.
    connection.lock().await?;
    let before = versions(&mut connection).await?;
    MIGRATOR.run_direct(None, &mut connection, false).await.map_err(explain)?;
    let after = versions(&mut connection).await?;
    let app_role = app_role::prepare(&mut connection).await.context("the app's role could not be prepared")?;
    connection.close().await?;
    let version = after.last().copied().unwrap_or_default();
    let migrations: Vec<i64> = after.into_iter().filter(|version| !before.contains(version)).collect();
    tracing::info!(?migrations, version, ?app_role, "the database is up to date");
    Ok(Applied { migrations, version, app_role })
}

async fn versions(connection: &mut PgConnection) -> anyhow::Result<Vec<i64>> {
    connection.ensure_migrations_table(&MIGRATOR.table_name).await?;
    let applied = connection.list_applied_migrations(&MIGRATOR.table_name).await?;
    Ok(applied.into_iter().map(|migration| migration.version).collect())
}

/// What to do about it, where sqlx says only what is.
fn explain(error: MigrateError) -> anyhow::Error {
    let advice = if let MigrateError::VersionMissing(version) = error {
        format!(
            "the database is newer than this program: it has migration {version}, so deploy the version that brought it"
        )
    } else if let MigrateError::VersionMismatch(version) = error {
        format!("migration {version} was changed after it was applied: restore it, and write a new one instead")
    } else {
        "the migrations could not be applied".to_owned()
    };
    anyhow::Error::new(error).context(advice)
}
