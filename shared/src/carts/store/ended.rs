//! SQL of the deletion of carts that have ended.

use crate::app::db::Tx;
use crate::time::Timestamp;

/// Deletes carts that have ended (`carts.ends_at`), those first that ended first: at most `limit` of them, and no more than until they have
/// this many lines together. Returns the number of carts.
///
/// A cart is deleted with all its lines, because its buyer may still open it and must not see a part of it.
pub async fn delete_ended(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "with ended as materialized (
             select id, ends_at from carts where ends_at <= $1 order by ends_at limit $2 for update skip locked
         ), counted as (
             select e.id, sum(l.lines) over (order by e.ends_at, e.id) - l.lines as lines_before
               from ended e
              cross join lateral (select count(*) as lines from cart_lines l where l.cart_id = e.id) l
         )
         delete from carts where id in (select id from counted where lines_before < $2)",
        now as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
