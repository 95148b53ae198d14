//! Sets the currency of the shop.

use anyhow::{Context as _, bail};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::money::Currency;
use shared::shop::store;

/// Makes the shop sell in this currency and returns it; without one, the currency stays. Fails if products or orders have amounts in another
/// currency.
pub(crate) async fn set(connector: &Connector, wanted: Option<Currency>) -> anyhow::Result<Currency> {
    let db = Db::new(connector.clone(), PoolSettings { max_connections: 1 });
    let mut tx = db.begin().await.context("the database cannot be reached")?;
    let current = store::currency(&mut tx).await?;
    let currency = wanted.unwrap_or(current);
    if currency != current && !store::set_currency(&mut tx, currency).await? {
        bail!(
            "the shop has products or orders in {current}, so its currency cannot become {currency}: keep {current}, or start with an empty \
             database"
        );
    }
    tx.commit().await?;
    if currency != current {
        tracing::info!(%currency, before = %current, "the shop has another currency");
    }
    Ok(currency)
}
