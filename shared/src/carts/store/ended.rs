//! SQL of the deletion of carts that have ended.

use crate::app::db::Tx;
use crate::time::Timestamp;

/// Deletes carts that have ended (`carts.ends_at`) with their lines, those first that ended first; at most `limit` of them. Returns their number.
/// A cart that is being changed is left for later.
pub async fn delete_ended(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from carts where id in (
             select id from carts where ends_at <= $1 order by ends_at limit $2 for update skip locked)",
        now as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
