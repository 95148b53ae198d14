//! Orders in SQL.

use uuid::Uuid;

use super::{InsufficientStockItem, Order, OrderLine, OrderSummary};
use crate::app::db::{Call, Db, Tx, is_violation};
use crate::ids::{CartId, EventId, OrderId, SignInId, UserId, VariantId};
use crate::money::Money;
use crate::time::Timestamp;

/// What `check_out` is asked. Everything that is random or tells the time is dealt beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Placement {
    /// The id the order will have.
    pub order: OrderId,
    /// The id its event will have.
    pub event: EventId,
    /// The cart that is to become an order.
    pub cart: CartId,
    /// Who asks.
    pub user: UserId,
    /// The sign-in that they ask in, where their token says so.
    pub sign_in: Option<SignInId>,
    /// Digest of the client's key, if it sent one.
    pub idempotency_key: Option<Uuid>,
    /// Digest of the request's body.
    pub request_digest: Uuid,
    /// What the client believes it costs, if it said so.
    pub expected_total: Option<Money>,
    /// When.
    pub now: Timestamp,
}

/// What became of it. Only with `Placed` was anything written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A new order.
    Placed(Order),
    /// The order that this cart became before.
    Replayed(Order),
    /// Too little stock of these.
    SoldOut(Vec<InsufficientStockItem>),
    /// It costs something else now.
    CartChanged(Money),
    /// There is nothing in it.
    CartEmpty,
    /// There is no such cart, or it is somebody else's.
    CartNotFound,
    /// It became this order, asked for with another key or without one.
    CartOrdered(OrderId),
    /// The key belongs to another request.
    KeyReused,
    /// The account is gone.
    UserNotFound,
    /// The account is switched off.
    UserInactive,
    /// The sign-in has ended.
    SignedOut,
}

/// The row of `check_out` (migrations/0008_place_order.sql says which columns each outcome fills).
#[derive(Debug, Default, sqlx::FromRow)]
#[sqlx(default)]
struct Row {
    outcome: String,
    order_id: Option<OrderId>,
    number: Option<i64>,
    status: Option<String>,
    currency: Option<String>,
    total: Option<Money>,
    email: Option<String>,
    placed_at: Option<Timestamp>,
    variant_id: Option<VariantId>,
    product_name: Option<String>,
    variant_name: Option<String>,
    sku: Option<String>,
    unit_price: Option<Money>,
    quantity: Option<i32>,
    available: Option<i32>,
}

/// Turns a cart into an order, or says why it cannot be one: one exchange and one transaction, all of it or nothing.
///
/// Safe to repeat, also after an error that leaves open whether it was done: a cart becomes one order.
pub async fn place(db: &Db, placement: &Placement) -> sqlx::Result<Outcome> {
    match call(db, placement).await {
        // Two carts at once under one key: the second comes to see the first's order, and that its own request is another.
        Err(error) if is_violation(&error, "order_idempotency_key_unique") => call(db, placement).await,
        done => done,
    }
}

async fn call(db: &Db, placement: &Placement) -> sqlx::Result<Outcome> {
    let call = Call::new("check_out")
        .uuid(placement.sign_in.map(|sign_in| sign_in.0))
        .uuid(placement.order.0)
        .uuid(placement.event.0)
        .uuid(placement.cart.0)
        .bigint(placement.user.0)
        .uuid(placement.idempotency_key)
        .uuid(placement.request_digest)
        .bigint(placement.expected_total.map(Money::minor))
        .bigint(placement.now.micros());
    outcome(db.call(call).await?, placement.cart)
}

fn outcome(rows: Vec<Row>, cart: CartId) -> sqlx::Result<Outcome> {
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(match first.outcome.as_str() {
        "placed" => Outcome::Placed(order(rows, cart)?),
        "replayed" => Outcome::Replayed(order(rows, cart)?),
        "sold_out" => Outcome::SoldOut(rows.into_iter().map(short_item).collect::<sqlx::Result<_>>()?),
        "cart_changed" => Outcome::CartChanged(required(first.total)?),
        "cart_empty" => Outcome::CartEmpty,
        "cart_not_found" => Outcome::CartNotFound,
        "cart_ordered" => Outcome::CartOrdered(required(first.order_id)?),
        "key_reused" => Outcome::KeyReused,
        "user_not_found" => Outcome::UserNotFound,
        "user_inactive" => Outcome::UserInactive,
        "signed_out" => Outcome::SignedOut,
        other => return Err(sqlx::Error::Decode(format!("check_out answered `{other}`").into())),
    })
}

fn order(rows: Vec<Row>, cart: CartId) -> sqlx::Result<Order> {
    let head = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(Order {
        id: required(head.order_id)?,
        number: required(head.number)?,
        status: required(head.status.clone())?,
        cart_id: cart,
        email: required(head.email.clone())?,
        grand_total: required(head.total)?,
        currency: required(head.currency.clone())?,
        placed_at: required(head.placed_at)?,
        items: rows.into_iter().map(line).collect::<sqlx::Result<_>>()?,
    })
}

fn line(row: Row) -> sqlx::Result<OrderLine> {
    let (unit_price, quantity) = (required(row.unit_price)?, required(row.quantity)?);
    Ok(OrderLine {
        product_variant_id: row.variant_id,
        product_name: required(row.product_name)?,
        variant_name: required(row.variant_name)?,
        sku: required(row.sku)?,
        unit_price,
        quantity,
        sub_total: unit_price * quantity,
    })
}

fn short_item(row: Row) -> sqlx::Result<InsufficientStockItem> {
    Ok(InsufficientStockItem {
        product_variant_id: required(row.variant_id)?,
        requested: required(row.quantity)?,
        available: required(row.available)?,
    })
}

fn required<T>(column: Option<T>) -> sqlx::Result<T> {
    column.ok_or_else(|| sqlx::Error::Decode("place_order left out a column".into()))
}

/// An order of this user; `None` where there is none, or it is somebody else's.
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

/// An order, whosever it is: for mail and for those who work here, never for a request of a buyer's.
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

/// Whose order it is; `None` where it is nobody's any more.
pub async fn buyer(tx: &mut Tx, order: OrderId) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!("select user_id from orders where id = $1", order as _)
        .fetch_optional(&mut *tx)
        .await
        .map(Option::flatten)
}

struct Head {
    id: OrderId,
    number: i64,
    status: String,
    cart_id: CartId,
    email: String,
    currency: String,
    total: Money,
    placed_at: Timestamp,
}

async fn with_lines(tx: &mut Tx, head: Option<Head>) -> sqlx::Result<Option<Order>> {
    let Some(head) = head else { return Ok(None) };
    Ok(Some(Order {
        items: lines(tx, head.id).await?,
        id: head.id,
        number: head.number,
        status: head.status,
        cart_id: head.cart_id,
        email: head.email,
        grand_total: head.total,
        currency: head.currency,
        placed_at: head.placed_at,
    }))
}

/// The lines of an order, in their order.
pub async fn lines(tx: &mut Tx, order: OrderId) -> sqlx::Result<Vec<OrderLine>> {
    sqlx::query_as!(
        OrderLine,
        r#"select variant_id as product_variant_id, product_name, variant_name, sku, unit_price, quantity, sub_total as "sub_total!"
             from order_lines
            where order_id = $1
            order by position"#,
        order as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Where a page of somebody's orders goes on: behind the order that was placed then.
pub type ListKey = (Timestamp, OrderId);

/// Somebody's orders, newest first, those older than `after`; at most `limit`.
pub async fn list_older(
    tx: &mut Tx,
    user: UserId,
    after: Option<ListKey>,
    limit: i64,
) -> sqlx::Result<Vec<OrderSummary>> {
    let (at, id) = after.unzip();
    sqlx::query_as!(
        OrderSummary,
        r#"select id, number, status, currency, total as grand_total, placed_at,
                  (select coalesce(sum(quantity), 0) from order_lines l where l.order_id = o.id) as "item_count!"
             from orders o
            where user_id = $1 and ($2::timestamptz is null or (placed_at, id) < ($2, $3::uuid))
            order by placed_at desc, id desc
            limit $4"#,
        user as _,
        at as _,
        id as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Somebody's orders, oldest first, those newer than `before`; at most `limit`.
pub async fn list_newer(tx: &mut Tx, user: UserId, before: ListKey, limit: i64) -> sqlx::Result<Vec<OrderSummary>> {
    sqlx::query_as!(
        OrderSummary,
        r#"select id, number, status, currency, total as grand_total, placed_at,
                  (select coalesce(sum(quantity), 0) from order_lines l where l.order_id = o.id) as "item_count!"
             from orders o
            where user_id = $1 and (placed_at, id) > ($2::timestamptz, $3::uuid)
            order by placed_at, id
            limit $4"#,
        user as _,
        before.0 as _,
        before.1 as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many orders somebody has.
pub async fn count(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from orders where user_id = $1"#, user as _)
        .fetch_one(&mut *tx)
        .await
}
