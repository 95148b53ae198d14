//! The data of a sale: buyers, variants and carts. Created by SQL in bulk, because creating it is not measured.

use std::sync::Arc;

use anyhow::ensure;
use serde::Serialize;
use shared::app::db::Connector;
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use shared::ids::{CartId, SignInId, UserId};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use uuid::Uuid;

use super::floor::FLOOR;

/// Number of buyers. Each has many carts, one after another.
const BUYERS: i64 = 2_000;
/// Orders of earlier days: tables and indexes of a new shop are quicker.
const HISTORY: usize = 5_000;

/// A cart to check out, and its owner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checkout {
    pub(crate) cart: CartId,
    pub(crate) user: UserId,
    /// Numbers of the first and the last variant in the cart.
    pub(crate) variants: (i32, i32),
}

/// A kind of sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sale {
    /// One variant with exactly one unit for each cart.
    Flash,
    /// 500 variants with ample stock.
    Spread,
    /// One variant without stock.
    SoldOut,
    /// 500 lines in each cart: all variants of `Spread`.
    Large,
}

/// Prepares the database of a run and checks it.
pub(super) struct Fixture {
    connection: PgConnection,
    buyers: Vec<UserId>,
}

/// Totals at the end of a run.
#[derive(Clone, Copy, Debug, Serialize, sqlx::FromRow)]
pub(super) struct Balance {
    pub(super) received: i64,
    pub(super) sold: i64,
    pub(super) on_hand: i64,
    pub(super) orders: i64,
    pub(super) orders_without_lines: i64,
    pub(super) events_marked_sent: i64,
}

impl Fixture {
    /// Prepares an empty database.
    pub(super) async fn create(options: &PgConnectOptions) -> anyhow::Result<Self> {
        migrate::apply(&Connector::to(options.clone())).await?;
        let mut connection = options.clone().disable_statement_logging().connect().await?;
        connection
            .execute(sqlx::raw_sql(
                "insert into products (slug, handle, name, base_price, created_at, updated_at)
             select 'product-' || n, 'product-' || n, 'Product ' || n, 4990, now(), now() from generate_series(0, 501) n;
             insert into product_variants (product_id, sku, name)
             select id, 'SKU-' || substr(slug, 9), 'One size' from products order by id;
             select change_stock(v.id, 1000000, 'received', now())
               from product_variants v where v.sku not in ('SKU-0', 'SKU-501');
             select refresh_product_cards(array_agg(id)) from products;",
            ))
            .await?;
        let buyers = sqlx::query_scalar(
            "insert into users (email, username, username_key, password_hash, created_at)
             select 'buyer-' || n || '@example.com', 'buyer-' || n, 'buyer-' || n, '!', now() from generate_series(1, $1) n
             returning id",
        )
        .bind(BUYERS)
        .fetch_all(&mut connection)
        .await?;
        // A buyer's sign-in has the number of the buyer, so that their tokens can name it.
        sqlx::query(
            "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at)
             select lpad(to_hex(id), 32, '0')::uuid, id, now(), now(), now() + interval '1 day' from users",
        )
        .execute(&mut connection)
        .await?;
        connection.execute(sqlx::raw_sql(FLOOR)).await?;
        sqlx::query(
            "insert into floor_stock (variant_id, on_hand)
             select n, case n when 0 then 0 when 501 then 0 else 1000000 end from generate_series(0, 501) n",
        )
        .execute(&mut connection)
        .await?;
        let mut fixture = Self { connection, buyers };
        fixture.place_history().await?;
        Ok(fixture)
    }

    /// Places the orders of earlier days, in the shop and for the floor. Their events are sent.
    async fn place_history(&mut self) -> anyhow::Result<()> {
        let history = self.prepare(Sale::Spread, HISTORY).await?;
        sqlx::query(
            "select place_order(gen_random_uuid(), gen_random_uuid(), cart, user_id, null, cart, null, null, 'en', $3)
               from unnest($1::uuid[], $2::bigint[]) as t (cart, user_id)",
        )
        .bind(history.iter().map(|checkout| checkout.cart.0).collect::<Vec<_>>())
        .bind(history.iter().map(|checkout| checkout.user.0).collect::<Vec<_>>())
        .bind(SystemClock.now().micros())
        .execute(&mut self.connection)
        .await?;
        sqlx::query("update outbox set sent_at = created_at, attempts = 1").execute(&mut self.connection).await?;
        sqlx::query(
            "select floor_check_out(gen_random_uuid(), 1, 1 + n % 500, 1 + n % 500) from generate_series(1, $1) n",
        )
        .bind(i32::try_from(HISTORY)?)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    /// Returns the sign-in of a buyer.
    pub(super) fn sign_in_of(buyer: UserId) -> SignInId {
        SignInId(Uuid::from_u64_pair(0, buyer.0.unsigned_abs()))
    }

    /// Returns the buyers.
    pub(super) fn buyers(&self) -> &[UserId] {
        &self.buyers
    }

    /// Returns the connection of the run, on which nothing is measured.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Creates carts with one unit of each of their variants, and the stock of the sale. Then runs vacuum and a checkpoint, so that no round pays for what
    /// another left.
    pub(super) async fn prepare(&mut self, sale: Sale, count: usize) -> anyhow::Result<Arc<[Checkout]>> {
        if sale == Sale::Flash {
            let units = i32::try_from(count)?;
            sqlx::query(
                "select change_stock((select id from product_variants where sku = 'SKU-0'), $1, 'received', now())",
            )
            .bind(units)
            .execute(&mut self.connection)
            .await?;
            sqlx::query("update floor_stock set on_hand = on_hand + $1 where variant_id = 0")
                .bind(units)
                .execute(&mut self.connection)
                .await?;
        }
        let first: Vec<i32> = (0..count).map(|_| sale.first_variant()).collect();
        let carts: Vec<(Uuid, i64)> = sqlx::query_as(
            "insert into carts (id, user_id, created_at, updated_at)
             select gen_random_uuid(), ($2::bigint[])[1 + n % cardinality($2::bigint[])], now(), now()
               from generate_series(1, $1) n
             returning id, user_id",
        )
        .bind(i64::try_from(count)?)
        .bind(&self.buyers)
        .fetch_all(&mut self.connection)
        .await?;
        sqlx::query(
            "insert into cart_lines (cart_id, variant_id, quantity)
             select t.cart, v.id, 1
               from unnest($1::uuid[], $2::integer[]) as t (cart, first)
              cross join generate_series(t.first, t.first + $3 - 1) n
               join product_variants v on v.sku = 'SKU-' || n",
        )
        .bind(carts.iter().map(|(cart, _)| *cart).collect::<Vec<_>>())
        .bind(&first)
        .bind(sale.lines())
        .execute(&mut self.connection)
        .await?;
        for statement in ["vacuum (analyze)", "checkpoint"] {
            self.connection.execute(statement).await?;
        }
        let last = sale.lines() - 1;
        let checkouts = carts.into_iter().zip(first).map(|((cart, user), first)| Checkout {
            cart: CartId(cart),
            user: UserId(user),
            variants: (first, first + last),
        });
        Ok(checkouts.collect())
    }

    /// Counts everything; fails if units are missing or an order has no lines.
    pub(super) async fn balance(&mut self) -> anyhow::Result<Balance> {
        let balance: Balance = sqlx::query_as(
            "select (select coalesce(sum(change), 0) from stock_ledger where reason = 'received') as received,
                    (select coalesce(sum(quantity), 0) from order_lines) as sold,
                    (select coalesce(sum(on_hand), 0) from stock_levels) as on_hand,
                    (select count(*) from orders) as orders,
                    (select count(*) from orders o
                      where not exists (select from order_lines l where l.order_id = o.id)) as orders_without_lines,
                    (select count(*) - $1 from outbox where sent_at is not null) as events_marked_sent",
        )
        .bind(i64::try_from(HISTORY)?)
        .fetch_one(&mut self.connection)
        .await?;
        ensure!(
            balance.sold + balance.on_hand == balance.received,
            "units are missing, or were sold twice: {balance:?}"
        );
        ensure!(balance.orders_without_lines == 0, "some orders have no lines: {balance:?}");
        Ok(balance)
    }
}

impl Sale {
    /// All kinds of sales.
    pub(super) const ALL: [Self; 4] = [Self::Flash, Self::Spread, Self::Large, Self::SoldOut];

    /// Returns the name of what is counted.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Flash => "orders, 1 variant",
            Self::Spread => "orders, 500 variants",
            Self::Large => "orders of 500 lines",
            Self::SoldOut => "refusals, sold out",
        }
    }

    /// Returns the number of the first variant in the next cart.
    fn first_variant(self) -> i32 {
        match self {
            Self::Flash => 0,
            Self::Spread => 1 + i32::from(u16::from_le_bytes(random()) % 500),
            Self::SoldOut => 501,
            Self::Large => 1,
        }
    }

    /// Returns the number of variants in each cart.
    const fn lines(self) -> i32 {
        match self {
            Self::Flash | Self::Spread | Self::SoldOut => 1,
            Self::Large => 500,
        }
    }
}

fn random() -> [u8; 2] {
    let mut bytes = [0; 2];
    SystemRng.fill_random(&mut bytes);
    bytes
}
