//! Deletes imports and exports that ended long ago.

use crate::app::db::Tx;
use crate::time::Timestamp;
use crate::transfers::REMEMBERED_SECONDS;

/// Deletes imports and exports that ended long ago, and imports that were never started: at most `limit` of each. Their errors and skipped
/// products are deleted first, also at most `limit` of each; a transfer that has more of them is deleted by a later call. Returns the number of
/// imports and exports that were deleted.
pub async fn forget(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    let before = now.plus_seconds(-REMEMBERED_SECONDS);
    sqlx::query!(
        "delete from import_errors e using (
             select r.import_id, r.position
               from imports i join import_errors r on r.import_id = i.id
              where i.status <> 'running' and coalesce(i.finished_at, i.created_at) <= $1
              limit $2 for update of r skip locked) old
          where e.import_id = old.import_id and e.position = old.position",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from export_skipped_products s using (
             select r.export_id, r.position
               from exports e join export_skipped_products r on r.export_id = e.id
              where e.status <> 'running' and e.finished_at <= $1
              limit $2 for update of r skip locked) old
          where s.export_id = old.export_id and s.position = old.position",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await?;
    let imports = sqlx::query!(
        "delete from imports where id in (
             select i.id from imports i
              where i.status <> 'running' and coalesce(i.finished_at, i.created_at) <= $1
                and not exists (select from import_errors r where r.import_id = i.id)
              order by coalesce(i.finished_at, i.created_at) limit $2 for update skip locked)",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await?;
    let exports = sqlx::query!(
        "delete from exports where id in (
             select e.id from exports e
              where e.status <> 'running' and e.finished_at <= $1
                and not exists (select from export_skipped_products r where r.export_id = e.id)
              order by e.finished_at limit $2 for update skip locked)",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await?;
    Ok(imports.rows_affected() + exports.rows_affected())
}
