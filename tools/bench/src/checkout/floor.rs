//! The floor: the least that a correct checkout does (floor.sql), and for refusals one row read by its key. It shares no code with the shop.

use anyhow::ensure;
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::fixture::{Checkout, Sale};
use crate::figures::Actor;

/// Tables and function of the floor, for an empty database.
pub(super) const FLOOR: &str = include_str!("floor.sql");

/// A buyer with its own connection. As the shop, it sends simple queries, which any pooler forwards.
pub(super) struct FloorBuyer {
    connection: PgConnection,
    sale: Sale,
}

impl FloorBuyer {
    pub(super) async fn connect(options: &PgConnectOptions, sale: Sale) -> anyhow::Result<Self> {
        Ok(Self { connection: options.clone().disable_statement_logging().connect().await?, sale })
    }
}

impl Actor for FloorBuyer {
    type Task = Checkout;

    async fn act(&mut self, Checkout { user, variants: (first, last), .. }: Checkout) -> anyhow::Result<()> {
        let sql = if self.sale == Sale::SoldOut {
            format!("select on_hand = 0 from floor_stock where variant_id = {first}")
        } else {
            let order = SystemRng.ordered_uuid(SystemClock.now());
            format!("select floor_check_out('{order}', {user}, {first}, {last})")
        };
        let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&mut self.connection).await?;
        ensure!(row.try_get::<bool, _>(0)?, "the floor answered {:?} with false", self.sale);
        Ok(())
    }
}
