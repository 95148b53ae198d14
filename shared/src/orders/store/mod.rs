//! SQL of orders.

mod answer;
mod checkout;

pub use checkout::{Outcome, Placement, place};

use super::{Order, OrderLine, OrderSummary};
use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{CartId, OrderId, UserId};
use crate::locale::Locale;
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Finds an order of this user; `None` if it does not exist or belongs to someone else.
pub async fn find(tx: &mut Tx, user: UserId, order: OrderId) -> sqlx::Result<Option<Order>> {
    let head = sqlx::query_as!(
        Head,
        "select id, number, status, cart_id, email, currency, total, placed_at from orders where id = $1 and user_id = $2",
        order as _,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    with_lines(tx, head).await
}

/// Finds an order of any customer: for mails and staff, never for a customer's request.
pub async fn find_of_anyone(tx: &mut Tx, order: OrderId) -> sqlx::Result<Option<Order>> {
    let head = sqlx::query_as!(
        Head,
        "select id, number, status, cart_id, email, currency, total, placed_at from orders where id = $1",
        order as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    with_lines(tx, head).await
}

/// The customer who placed an order.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// Id of the account; `None` if it was erased.
    pub user_id: Option<UserId>,
    /// Language of the order's mails.
    pub locale: Locale,
}

/// Returns the customer who placed the order; `None` if there is no such order.
pub async fn buyer(tx: &mut Tx, order: OrderId) -> sqlx::Result<Option<Buyer>> {
    sqlx::query_as!(Buyer, "select user_id, locale from orders where id = $1", order as _)
        .fetch_optional(&mut *tx)
        .await
}

struct Head {
    id: OrderId,
    number: i64,
    status: String,
    cart_id: CartId,
    email: String,
    currency: Currency,
    total: Money,
    placed_at: Timestamp,
}

async fn with_lines(tx: &mut Tx, head: Option<Head>) -> sqlx::Result<Option<Order>> {
    let Some(head) = head else { return Ok(None) };
    Ok(Some(Order {
        items: lines(tx, head.id, head.currency).await?,
        id: head.id,
        number: head.number,
        status: head.status,
        cart_id: head.cart_id,
        email: head.email,
        grand_total: head.currency.amount(head.total),
        currency: head.currency,
        placed_at: head.placed_at,
    }))
}

/// Returns the lines of an order, in the order of its cart. `currency` is that of the order.
pub async fn lines(tx: &mut Tx, order: OrderId, currency: Currency) -> sqlx::Result<Vec<OrderLine>> {
    let rows = sqlx::query!(
        r#"select variant_id, product_name, variant_name, sku, unit_price, quantity, backordered, sub_total as "sub_total!"
             from order_lines
            where order_id = $1
            order by position"#,
        order as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let lines = rows.into_iter().map(|row| OrderLine {
        product_variant_id: row.variant_id,
        product_name: row.product_name,
        variant_name: row.variant_name,
        sku: row.sku,
        unit_price: currency.amount(row.unit_price),
        quantity: row.quantity,
        backordered: row.backordered,
        sub_total: currency.amount(row.sub_total),
    });
    Ok(lines.collect())
}

/// Lists a page of a user's orders, newest first.
pub async fn list(
    tx: &mut Tx,
    user: UserId,
    bounds: KeysetBounds<(Timestamp, OrderId)>,
) -> sqlx::Result<Vec<OrderSummary>> {
    let ((after, after_id), (before, before_id)) = (bounds.after.unzip(), bounds.before.unzip());
    let rows = sqlx::query!(
        r#"select id, number, status, currency, total, placed_at,
                  (select coalesce(sum(quantity), 0) from order_lines l where l.order_id = o.id) as "item_count!"
             from orders o
            where user_id = $1 and ($2::timestamptz is null or (placed_at, id) < ($2, $3::uuid))
              and ($4::timestamptz is null or (placed_at, id) > ($4, $5::uuid))
            order by case when $4::timestamptz is null then placed_at end desc, case when $4::timestamptz is null then id end desc,
                     placed_at, id
            limit $6"#,
        user as _,
        after as _,
        after_id as _,
        before as _,
        before_id as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let orders = rows.into_iter().map(|row| OrderSummary {
        id: row.id,
        number: row.number,
        status: row.status,
        item_count: row.item_count,
        grand_total: row.currency.amount(row.total),
        currency: row.currency,
        placed_at: row.placed_at,
    });
    Ok(orders.collect())
}

/// Counts a user's orders.
pub async fn count(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from orders where user_id = $1"#, user as _)
        .fetch_one(&mut *tx)
        .await
}
