//! Applies the migrations and functions that are missing, then prepares the roles of the functions.

use anyhow::Context as _;
use migrations::Schema;
use serde::{Deserialize, Serialize};
use shared::app::db::Connector;
use shared::money::Currency;
use sqlx::Connection as _;

use crate::currency;
use crate::roles::{self, Roles};

/// The facts that a deployment states about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Time of the release's commit, in seconds since 1970. It is needed to refuse a database that is newer only in its functions: migrations have
    /// an order, but the texts of functions have none.
    pub released_at: Option<i64>,
    /// Currency in which the shop sells; `None` to keep the one that it has.
    pub currency: Option<Currency>,
}

/// Outcome of a run of `apply`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The migrations that this run applied, in order.
    pub migrations: Vec<i64>,
    /// Version of the newest migration in the database.
    pub version: i64,
    /// Outcome of preparing the roles of the functions.
    pub roles: Roles,
    /// Currency in which the shop sells.
    pub currency: Currency,
}

/// Brings the database up to date. It is safe to repeat, and of two runs at once the second waits for the first.
///
/// A database that is newer than this program is refused, and nothing is changed.
pub async fn apply(connector: &Connector) -> anyhow::Result<Applied> {
    apply_release(connector, Release::default()).await
}

/// Does what [`apply`] does for a release. Its currency is refused if the shop has products or orders in another one.
pub async fn apply_release(connector: &Connector, release: Release) -> anyhow::Result<Applied> {
    let mut connection = connector.connect().await.context("the database cannot be reached")?;
    let migrations::Applied { migrations, version } =
        Schema::current().apply(&mut connection, release.released_at).await?;
    let roles = roles::prepare(&mut connection).await.context("the roles of the functions could not be prepared")?;
    connection.close().await?;
    tracing::info!(?migrations, version, ?roles, "the database is up to date");
    let currency = currency::set(connector, release.currency).await?;
    Ok(Applied { migrations, version, roles, currency })
}
