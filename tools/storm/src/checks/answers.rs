//! Checks of what was answered.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::record::Record;

/// An order in the database, with the SKU and the quantity of each line.
#[derive(sqlx::FromRow)]
struct Stored {
    id: Uuid,
    number: i64,
    cart_id: Uuid,
    total: i64,
    lines: Vec<String>,
}

pub(super) async fn acknowledged_orders_exist(db: &mut PgConnection, record: &Record) -> sqlx::Result<Vec<String>> {
    let stored: Vec<Stored> = sqlx::query_as(
        "select o.id, o.number, o.cart_id, o.total,
                coalesce(array_agg(l.sku || ' ' || l.quantity order by l.position) filter (where l.sku is not null), '{}') as lines
           from orders o left join order_lines l on l.order_id = o.id
          group by o.id",
    )
    .fetch_all(db)
    .await?;
    let stored: HashMap<Uuid, Stored> = stored.into_iter().map(|order| (order.id, order)).collect();
    let answered =
        record.checkouts.iter().flat_map(|(cart, checkout)| checkout.orders.iter().map(move |(_, body)| (cart, body)));
    Ok(answered.filter_map(|(cart, body)| difference(*cart, body, &stored)).collect())
}

/// Compares an answered order with the stored one.
fn difference(cart: Uuid, body: &Value, stored: &HashMap<Uuid, Stored>) -> Option<String> {
    let id = body["id"].as_str().and_then(|id| id.parse().ok());
    let Some(order) = id.and_then(|id: Uuid| stored.get(&id)) else {
        return Some(format!("cart {cart} was answered with an order that does not exist: {body}"));
    };
    let lines = body["items"].as_array().into_iter().flatten();
    let lines: Vec<String> =
        lines.map(|line| format!("{} {}", line["sku"].as_str().unwrap_or_default(), line["quantity"])).collect();
    let total = body["grand_total"].as_str().and_then(|total| total.replace('.', "").parse().ok());
    let is_same = order.number == body["number"] && order.cart_id == cart && Some(order.total) == total;
    (!is_same || order.lines != lines).then(|| {
        let Stored { number, cart_id, total, lines, .. } = order;
        format!("order {number} of cart {cart_id} has {lines:?} for {total}, and was answered as {body}")
    })
}

pub(super) fn repeats_agree(record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    for (cart, checkout) in &record.checkouts {
        let new = checkout.orders.iter().filter(|(status, _)| *status == 201).count();
        if new > 1 {
            found.push(format!("cart {cart} was answered with a new order {new} times"));
        }
        let mut bodies = checkout.orders.iter().map(|(_, body)| without_backorders(body));
        if let Some(first) = bodies.next()
            && let Some(other) = bodies.find(|other| *other != first)
        {
            found.push(format!("cart {cart} was answered with {first} and with {other}"));
        }
    }
    found
}

/// Units that come in between two answers change what is still backordered, and nothing else.
fn without_backorders(order: &Value) -> Value {
    let mut order = order.clone();
    for line in order["items"].as_array_mut().into_iter().flatten() {
        line["backordered"] = Value::Null;
    }
    order
}

pub(super) fn outcomes_are_known(record: &Record) -> Vec<String> {
    let unknown = record.checkouts.iter().filter(|(_, checkout)| checkout.is_unknown);
    unknown.map(|(cart, checkout)| format!("cart {cart} has no outcome after {} tries", checkout.tries)).collect()
}

pub(super) async fn staff_changes_are_made_once(db: &mut PgConnection, record: &Record) -> sqlx::Result<Vec<String>> {
    let audited: Vec<(String, i64)> = sqlx::query_as(
        "select request_id, count(*) from audit_log where kind = 'stock_changed' and request_id is not null group by request_id",
    )
    .fetch_all(db)
    .await?;
    let audited: HashMap<String, i64> = audited.into_iter().collect();
    let mut found = Vec::new();
    for change in &record.staff_changes {
        let made: i64 = change.request_ids.iter().filter_map(|id| audited.get(id)).sum();
        if made > 1 || (made == 0 && change.is_acknowledged) {
            let ids = change.request_ids.join(", ");
            found.push(format!(
                "a change of stock was made {made} times (acknowledged: {}; requests {ids})",
                change.is_acknowledged
            ));
        }
    }
    Ok(found)
}

pub(super) async fn erased_accounts_are_gone(db: &mut PgConnection, record: &Record) -> sqlx::Result<Vec<String>> {
    let ids: Vec<i64> = record.erased.iter().map(|erased| erased.user_id).collect();
    let emails: Vec<String> = record.erased.iter().map(|erased| erased.email.clone()).collect();
    sqlx::query_scalar(
        "select format('account %s (%s) was erased: accounts %s, orders with its address %s, audit records %s', id, email, accounts, orders, records)
           from (select e.id, e.email,
                        (select count(*) from users u where u.id = e.id or lower(u.email) = e.email) as accounts,
                        (select count(*) from orders o where lower(o.email) = e.email) as orders,
                        (select count(*) from audit_log a where a.kind = 'erased' and a.user_id = e.id) as records
                   from unnest($1::bigint[], $2::text[]) as e (id, email)) counted
          where accounts > 0 or orders > 0 or records <> 1",
    )
    .bind(ids)
    .bind(emails)
    .fetch_all(db)
    .await
}
