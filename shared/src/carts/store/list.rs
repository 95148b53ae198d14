//! SQL of a user's list of carts.

use crate::app::db::{KeysetBounds, Tx};
use crate::carts::CartSummary;
use crate::ids::{CartId, UserId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Lists a page of a user's open carts, newest first, with current prices and availability.
pub async fn list(
    tx: &mut Tx,
    user: UserId,
    bounds: KeysetBounds<(Timestamp, CartId)>,
    now: Timestamp,
) -> sqlx::Result<Vec<CartSummary>> {
    let ((after, after_id), (before, before_id)) = (bounds.after.unzip(), bounds.before.unzip());
    let rows = sqlx::query!(
        r#"select c.id, c.created_at, c.updated_at, shop_currency() as "currency!: Currency", t.is_available as "is_available!",
                  t.item_count as "item_count!", t.grand_total as "grand_total!: Money"
             from carts c
            cross join lateral (
                  select coalesce(sum(l.quantity), 0) as item_count,
                         coalesce(sum((p.base_price + v.price_adjustment) * l.quantity), 0)::bigint as grand_total,
                         coalesce(bool_and(is_published(p.status, p.publish_at, p.unpublish_at, $7) and v.archived_at is null
                                           and s.available >= l.quantity), false) as is_available
                    from cart_lines l
                    join product_variants v on v.id = l.variant_id
                    join products p on p.id = v.product_id
                    join stock_levels s on s.variant_id = v.id
                   where l.cart_id = c.id
                  ) t
            where c.user_id = $1 and c.status = 'open'
              and ($2::timestamptz is null or (c.created_at, c.id) < ($2, $3::uuid))
              and ($4::timestamptz is null or (c.created_at, c.id) > ($4, $5::uuid))
            order by case when $4::timestamptz is null then c.created_at end desc, case when $4::timestamptz is null then c.id end desc,
                     c.created_at, c.id
            limit $6"#,
        user as _,
        after as _,
        after_id as _,
        before as _,
        before_id as _,
        bounds.limit,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let carts = rows.into_iter().map(|row| CartSummary {
        id: row.id,
        is_available: row.is_available,
        item_count: row.item_count,
        grand_total: row.currency.amount(row.grand_total),
        currency: row.currency,
        created_at: row.created_at,
        updated_at: row.updated_at,
    });
    Ok(carts.collect())
}

/// Counts a user's open carts.
pub async fn count(tx: &mut Tx, user: UserId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from carts where user_id = $1 and status = 'open'"#, user as _)
        .fetch_one(&mut *tx)
        .await
}
