//! SQL over all orders, for the admin pages.

use crate::app::db::Tx;
use crate::ids::OrderId;
use crate::money::{Amount, Currency, Money};
use crate::time::Timestamp;
use crate::users::normalize_email;

/// Sales since a time. Cancelled orders do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// Number of orders.
    pub orders: i64,
    /// Number of units in these orders.
    pub units: i64,
    /// Sum of the orders' totals.
    pub revenue: Amount,
}

/// A row of the order list.
pub struct OrderRow {
    /// Id of the order.
    pub id: OrderId,
    /// Order number, such as on the phone.
    pub number: i64,
    /// Email address of the buyer.
    pub email: String,
    /// Status of the order.
    pub status: String,
    /// Sum of all lines.
    pub total: Money,
    /// Currency of the order.
    pub currency: Currency,
    /// Time at which the order was placed.
    pub placed_at: Timestamp,
}

/// An event in the history of an order.
pub struct OrderStep {
    /// Kind of the event.
    pub kind: String,
    /// Time of the event.
    pub at: Timestamp,
    /// Email address of the staff member who did it; `None` if it was not staff.
    pub by: Option<String>,
}

/// The filter of the order list.
#[derive(Clone, Copy, Debug)]
pub enum OrderSearch<'a> {
    /// No filter at all.
    Any,
    /// The order with this number.
    Number(i64),
    /// The orders of the account with this email address.
    Email(&'a str),
}

/// Returns the sales since this time.
pub async fn sales_since(tx: &mut Tx, since: Timestamp) -> sqlx::Result<Sales> {
    let sales = sqlx::query!(
        r#"select count(*) as "orders!", coalesce(sum(units), 0)::bigint as "units!",
                  coalesce(sum(total), 0)::bigint as "revenue!: Money", shop_currency() as "currency!: Currency"
             from (select total, (select sum(quantity) from order_lines l where l.order_id = o.id) as units
                     from orders o
                    where placed_at >= $1 and status <> 'cancelled') sold"#,
        since as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Sales { orders: sales.orders, units: sales.units, revenue: sales.currency.amount(sales.revenue) })
}

/// Lists orders, newest first, at most `limit` of those older than `after`.
pub async fn list(
    tx: &mut Tx,
    search: OrderSearch<'_>,
    after: Option<(Timestamp, OrderId)>,
    limit: i64,
) -> sqlx::Result<Vec<OrderRow>> {
    let (number, email) = match search {
        OrderSearch::Any => (None, None),
        OrderSearch::Number(number) => (Some(number), None),
        OrderSearch::Email(email) => (None, Some(normalize_email(email))),
    };
    let (at, id) = after.unzip();
    // The email address is looked up through the account, which has an index. An index on orders.email would be written at every checkout.
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

/// Finds an order of any customer.
pub async fn find(tx: &mut Tx, order: OrderId) -> sqlx::Result<Option<OrderRow>> {
    sqlx::query_as!(
        OrderRow,
        "select id, number, email, status, total, currency, placed_at from orders where id = $1",
        order as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Returns the history of an order, oldest event first.
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
