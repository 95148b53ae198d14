//! Orders in SQL, as the staff sees them: everybody's.

use crate::app::db::Tx;
use crate::ids::OrderId;
use crate::money::Money;
use crate::time::Timestamp;

/// What was sold since a moment. Cancelled orders do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// How many orders.
    pub orders: i64,
    /// How many units in them.
    pub units: i64,
    /// What they cost together.
    pub revenue: Money,
    /// The shop's currency.
    pub currency: String,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Which.
    pub id: OrderId,
    /// The number people say on the phone.
    pub number: i64,
    /// Who bought.
    pub email: String,
    /// How far it is.
    pub status: String,
    /// What it costs.
    pub total: Money,
    /// ISO 4217.
    pub currency: String,
    /// When.
    pub placed_at: Timestamp,
}

/// Something that happened to an order.
#[derive(Clone, Debug)]
pub struct OrderStep {
    /// What.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who did it, where a person of the staff did.
    pub by: Option<String>,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub enum OrderSearch<'a> {
    /// Everything.
    Any,
    /// The order of this number.
    Number(i64),
    /// The orders of the account with this address.
    Email(&'a str),
}

/// What was sold since then.
pub async fn sales_since(tx: &mut Tx, since: Timestamp) -> sqlx::Result<Sales> {
    sqlx::query_as!(
        Sales,
        r#"select count(*) as "orders!", coalesce(sum(units), 0)::bigint as "units!",
                  coalesce(sum(total), 0)::bigint as "revenue!: Money", shop_currency() as "currency!"
             from (select total, (select sum(quantity) from order_lines l where l.order_id = o.id) as units
                     from orders o
                    where placed_at >= $1 and status <> 'cancelled') sold"#,
        since as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Orders, newest first, those older than `after`; at most `limit`.
pub async fn list(
    tx: &mut Tx,
    search: OrderSearch<'_>,
    after: Option<(Timestamp, OrderId)>,
    limit: i64,
) -> sqlx::Result<Vec<OrderRow>> {
    let (number, email) = match search {
        OrderSearch::Any => (None, None),
        OrderSearch::Number(number) => (Some(number), None),
        OrderSearch::Email(email) => (None, Some(email)),
    };
    let (at, id) = after.unzip();
    // By address through the account: its index is there, and one on orders.email would be written at every checkout.
    sqlx::query_as!(
        OrderRow,
        "select id, number, email, status, total, currency, placed_at
           from orders
          where ($1::bigint is null or number = $1)
            and ($2::text is null or user_id = (select u.id from users u where lower(u.email) = lower($2)))
            and ($3::timestamptz is null or (placed_at, id) < ($3, $4::uuid))
          order by placed_at desc, id desc
          limit $5",
        number,
        email,
        at as _,
        id as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// An order, whoever's it is.
pub async fn find(tx: &mut Tx, order: OrderId) -> sqlx::Result<Option<OrderRow>> {
    sqlx::query_as!(
        OrderRow,
        "select id, number, email, status, total, currency, placed_at from orders where id = $1",
        order as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// What happened to an order, in order.
pub async fn steps(tx: &mut Tx, order: OrderId) -> sqlx::Result<Vec<OrderStep>> {
    sqlx::query_as!(
        OrderStep,
        r#"select e.kind, e.at, u.email as "by?"
             from order_events e left join users u on u.id = e.user_id
            where e.order_id = $1
            order by e.id"#,
        order as _
    )
    .fetch_all(&mut *tx)
    .await
}
