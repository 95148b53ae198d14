//! The baseline: `place_order` called by prepared statement, directly on PostgreSQL. Nothing that sells through that function is faster.

use anyhow::bail;
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use shared::locale::Locale;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};

use super::figures::Actor;
use super::fixture::Checkout;

/// A buyer with its own connection, on which the statement stays prepared.
pub(super) struct DirectBuyer {
    connection: PgConnection,
    expected: &'static str,
}

impl DirectBuyer {
    pub(super) async fn connect(options: &PgConnectOptions, expected: &'static str) -> anyhow::Result<Self> {
        Ok(Self { connection: options.clone().disable_statement_logging().connect().await?, expected })
    }
}

impl Actor for DirectBuyer {
    type Task = Checkout;

    async fn act(&mut self, checkout: Checkout) -> anyhow::Result<()> {
        let rows = sqlx::query("select * from place_order($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(SystemRng.ordered_uuid(SystemClock.now()))
            .bind(SystemRng.ordered_uuid(SystemClock.now()))
            .bind(checkout.cart)
            .bind(checkout.user)
            .bind(None::<uuid::Uuid>)
            .bind(checkout.cart)
            .bind(None::<i64>)
            .bind(None::<&str>)
            .bind(Locale::DEFAULT.as_str())
            .bind(SystemClock.now().micros())
            .fetch_all(&mut self.connection)
            .await?;
        match rows.first().map(|row| row.try_get::<&str, _>("outcome")) {
            Some(Ok(outcome)) if outcome == self.expected => Ok(()),
            other => bail!("place_order answered {other:?} instead of {}", self.expected),
        }
    }
}
