//! SQL of the export of personal data. Each list is newest first and has at most `limit` rows.

use std::collections::HashMap;

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{OrderId, UserId};
use crate::orders::OrderLine;
use crate::users::personal_data::{
    ExportedAccount, ExportedApiKey, ExportedAuditEntry, ExportedBackInStockSubscription, ExportedCart,
    ExportedCartItem, ExportedLink, ExportedMail, ExportedOrder, ExportedOrderEvent, ExportedSignIn,
};

/// Maximum number of lines of all exported carts, and of all exported orders: 500 of them may have 500 lines each.
pub const MAX_LINES: i64 = 10_000;

/// The newest rows of a list.
#[derive(Debug)]
pub struct Newest<T> {
    /// The rows, newest first.
    pub rows: Vec<T>,
    /// True if older rows were left out because of their lines.
    pub is_cut: bool,
}

impl<T> Newest<T> {
    /// Keeps the newest of these rows whose numbers of lines are at most [`MAX_LINES`] together.
    fn within_lines(mut rows: Vec<T>, lines: impl Fn(&T) -> i64) -> Self {
        let mut sum = 0;
        let fits = |row: &T| {
            sum += lines(row);
            sum <= MAX_LINES
        };
        let kept = rows.iter().map(fits).take_while(|fits| *fits).count();
        let is_cut = kept < rows.len();
        rows.truncate(kept);
        Self { rows, is_cut }
    }

    fn map<U>(self, change: impl FnMut(T) -> U) -> Newest<U> {
        Newest { rows: self.rows.into_iter().map(change).collect(), is_cut: self.is_cut }
    }
}

/// Returns the account; `None` if it was deleted.
pub async fn account(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<ExportedAccount>> {
    sqlx::query_as!(
        ExportedAccount,
        r#"select u.id, u.email, u.username, u.name, u.phone, u.locale, u.is_active, u.is_staff, u.is_superuser,
                  exists (select from totp_devices d where d.user_id = u.id and d.confirmed_at is not null)
                      as "has_second_factor!",
                  array(select r.name from user_roles ur join roles r on r.id = ur.role_id
                         where ur.user_id = u.id order by r.name) as "roles!",
                  array(select p.email from proven_addresses p
                         where p.user_id = u.id order by p.proven_at desc, p.email) as "proven_emails!",
                  u.created_at, u.last_login_at
             from users u where u.id = $1"#,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists the carts of an account with their lines.
pub async fn carts(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Newest<ExportedCart>> {
    let carts = sqlx::query!(
        r#"select id, status, created_at, updated_at, (select count(*) from cart_lines l where l.cart_id = carts.id) as "lines!"
             from carts where user_id = $1 order by created_at desc, id desc limit $2"#,
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let carts = Newest::within_lines(carts, |cart| cart.lines);
    let ids: Vec<Uuid> = carts.rows.iter().map(|cart| cart.id.0).collect();
    let lines = sqlx::query!(
        "select l.cart_id, l.variant_id, v.sku, l.quantity
           from cart_lines l join product_variants v on v.id = l.variant_id
          where l.cart_id = any($1)
          order by l.id",
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut items = grouped(lines.into_iter().map(|line| {
        let item = ExportedCartItem { product_variant_id: line.variant_id, sku: line.sku, quantity: line.quantity };
        (line.cart_id, item)
    }));
    Ok(carts.map(|cart| ExportedCart {
        items: items.remove(&cart.id).unwrap_or_default(),
        id: cart.id,
        status: cart.status,
        created_at: cart.created_at,
        updated_at: cart.updated_at,
    }))
}

/// Lists the orders of an account with their lines.
pub async fn orders(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Newest<ExportedOrder>> {
    let orders = sqlx::query!(
        r#"select id, number, status, cart_id, email, currency, total, placed_at,
                  (select count(*) from order_lines l where l.order_id = orders.id) as "lines!"
             from orders where user_id = $1 order by placed_at desc, id desc limit $2"#,
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let orders = Newest::within_lines(orders, |order| order.lines);
    let ids: Vec<Uuid> = orders.rows.iter().map(|order| order.id.0).collect();
    let mut items = order_lines(tx, &ids).await?;
    let events = sqlx::query!(
        "select order_id, kind, at from order_events where order_id = any($1) order by order_id, id",
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let event = |order, kind, at| (order, ExportedOrderEvent { kind, at });
    let mut events = grouped(events.into_iter().map(|row| event(row.order_id, row.kind, row.at)));
    Ok(orders.map(|order| ExportedOrder {
        items: items.remove(&order.id).unwrap_or_default(),
        events: events.remove(&order.id).unwrap_or_default(),
        id: order.id,
        number: order.number,
        status: order.status,
        cart_id: order.cart_id,
        email: order.email,
        currency: order.currency,
        grand_total: order.currency.amount(order.total),
        placed_at: order.placed_at,
    }))
}

async fn order_lines(tx: &mut Tx, orders: &[Uuid]) -> sqlx::Result<HashMap<OrderId, Vec<OrderLine>>> {
    let lines = sqlx::query!(
        r#"select l.order_id, l.variant_id, l.product_name, l.variant_name, l.sku, l.unit_price, l.quantity, l.backordered,
                  l.sub_total as "sub_total!", o.currency
             from order_lines l join orders o on o.id = l.order_id
            where l.order_id = any($1) order by l.order_id, l.position"#,
        orders
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(grouped(lines.into_iter().map(|line| {
        let item = OrderLine {
            product_variant_id: line.variant_id,
            product_name: line.product_name,
            variant_name: line.variant_name,
            sku: line.sku,
            unit_price: line.currency.amount(line.unit_price),
            quantity: line.quantity,
            backordered: line.backordered,
            sub_total: line.currency.amount(line.sub_total),
        };
        (line.order_id, item)
    })))
}

/// Lists the sign-ins of an account, including those that have ended.
pub async fn sign_ins(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Vec<ExportedSignIn>> {
    sqlx::query_as!(
        ExportedSignIn,
        "select id, created_at, last_used_at, expires_at, ended_at, end_reason, address, user_agent
           from sign_ins where user_id = $1 order by created_at desc limit $2",
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Lists the mails of an account: those for the account, and those for no account to an address that the account has proven.
pub async fn mails(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Vec<ExportedMail>> {
    sqlx::query_as!(
        ExportedMail,
        "select kind, recipient, status, created_at, finished_at
           from mail_log
          where user_id = $1 or (user_id is null and lower(recipient) in (select addresses_of($1)))
          order by created_at desc limit $2",
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Lists the stored links that were mailed to an account.
pub async fn links(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Vec<ExportedLink>> {
    sqlx::query_as!(
        ExportedLink,
        "select purpose, email, created_at, expires_at, used_at
           from mailed_links where user_id = $1 order by created_at desc limit $2",
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Lists the subscriptions to back-in-stock mails with an address that the account has proven.
pub async fn back_in_stock_subscriptions(
    tx: &mut Tx,
    user: UserId,
    limit: i64,
) -> sqlx::Result<Vec<ExportedBackInStockSubscription>> {
    sqlx::query_as!(
        ExportedBackInStockSubscription,
        "select b.variant_id as product_variant_id, v.sku, b.email, b.locale, b.created_at, b.confirmed_at, b.notified_at
           from back_in_stock_subscriptions b join product_variants v on v.id = b.variant_id
          where lower(b.email) in (select addresses_of($1))
          order by b.created_at desc limit $2",
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Lists the API keys that an account has created.
pub async fn api_keys(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Vec<ExportedApiKey>> {
    sqlx::query_as!(
        ExportedApiKey,
        "select id, name, created_at, revoked_at from api_keys where created_by = $1 order by created_at desc limit $2",
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Lists the entries of the audit log about an account or its actions.
pub async fn audit(tx: &mut Tx, user: UserId, limit: i64) -> sqlx::Result<Vec<ExportedAuditEntry>> {
    sqlx::query_as!(
        ExportedAuditEntry,
        r#"select at, kind, user_id, actor_user_id, details,
                  case when is_theirs then address end as "address?", case when is_theirs then user_agent end as "user_agent?"
             from (select *, actor_api_key_id is null and coalesce(actor_user_id, $1) = $1 as is_theirs
                     from audit_log where user_id = $1 or actor_user_id = $1) about
            order by id desc limit $2"#,
        user as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

fn grouped<K: Eq + std::hash::Hash, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
