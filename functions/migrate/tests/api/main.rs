//! Migrations and the app's role, over a real and empty database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app_role;
mod apply;
mod as_on_rds;
mod create_superuser;

use migrate::{Applied, apply};
use shared::app::db::Connector;
use sqlx::PgPool;

/// The way to the test's database: direct in both lanes, as in the cloud.
fn connector(db: &PgPool) -> Connector {
    Connector::to(db.connect_options().as_ref().clone())
}

async fn applied(db: &PgPool) -> anyhow::Result<Applied> {
    apply(&connector(db)).await
}
