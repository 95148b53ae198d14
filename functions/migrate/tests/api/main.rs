//! Migrations and the roles of the functions, over a real and empty database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod apply;
mod as_on_rds;
mod create_superuser;
mod currency;
mod roles;

use std::sync::Arc;

use migrate::{Applied, Migrate, apply};
use shared::app::db::Connector;
use shared::app::{SystemClock, SystemRng};
use shared::money::Currency;
use sqlx::PgPool;

/// The way to the test's database: direct in both lanes, as in the cloud.
fn connector(db: &PgPool) -> Connector {
    Connector::to(db.connect_options().as_ref().clone())
}

/// The function, with `SHOP_CURRENCY` set to this currency.
fn migrate(db: &PgPool, currency: Option<Currency>) -> Migrate {
    Migrate { connector: connector(db), currency, clock: Arc::new(SystemClock), rng: Arc::new(SystemRng) }
}

/// Removes everything from the database.
async fn empty(db: &PgPool) {
    migrations::empty(&mut connector(db).connect().await.unwrap()).await.unwrap();
}

async fn applied(db: &PgPool) -> anyhow::Result<Applied> {
    apply(&connector(db)).await
}
