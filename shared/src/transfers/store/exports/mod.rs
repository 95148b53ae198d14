//! SQL of exports. `parts` has the statements of the worker, `skipped` those of skipped products.

mod parts;
mod skipped;

use super::super::{Export, TransferStatus};
use super::lease::{self, JobEnd};
use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::product_file::FileKind;
use crate::ids::ExportId;
use crate::time::Timestamp;
use crate::users::Stamp;

pub use parts::{CancelledExport, LeasedExport, Part, claim, find_cancelled, record_part, set_upload};
pub use skipped::{Skipped, count_skipped, list_skipped};

/// Inserts an export, which is running at once, so that a worker may lease it.
pub async fn insert(tx: &mut Tx, id: ExportId, storage_key: &str, created: Stamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into exports (id, kind, storage_key, products, held_until, created_at, actor_user_id, actor_api_key_id)
         select $1, 'shopify_csv', $2, count(*), $3, $3, $4, $5 from products",
        id as _,
        storage_key,
        created.at as _,
        created.by.user() as _,
        created.by.api_key() as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Finds the export with this id.
pub async fn find(tx: &mut Tx, id: ExportId) -> sqlx::Result<Option<Export>> {
    Ok(read(tx, Some(id), KeysetBounds::first(1)).await?.pop())
}

/// Reads a page of exports, newest first.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<ExportId>) -> sqlx::Result<Vec<Export>> {
    read(tx, None, bounds).await
}

/// Counts all exports.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from exports"#).fetch_one(&mut *tx).await
}

async fn read(tx: &mut Tx, only: Option<ExportId>, bounds: KeysetBounds<ExportId>) -> sqlx::Result<Vec<Export>> {
    let rows = sqlx::query!(
        "select id, status, products, products_done, products_skipped, bytes, error, created_at, finished_at, storage_key,
                actor_user_id, actor_api_key_id
           from exports
          where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)
          order by case when $3::uuid is null then id end desc, id
          limit $4",
        only as _,
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let export = rows.into_iter().map(|row| Export {
        id: row.id,
        actor_id: row.actor_user_id,
        actor_api_key_id: row.actor_api_key_id,
        kind: FileKind::ShopifyCsv,
        status: row.status.parse().unwrap_or(TransferStatus::Failed),
        products: row.products,
        products_done: row.products_done,
        products_skipped: row.products_skipped,
        bytes: row.bytes,
        error: row.error,
        created_at: row.created_at,
        finished_at: row.finished_at,
        storage_key: row.storage_key,
    });
    Ok(export.collect())
}

/// Cancels an export that has not ended; returns false if it already had. The worker deletes what was written; see [`find_cancelled`].
pub async fn cancel(tx: &mut Tx, id: ExportId, now: Timestamp) -> sqlx::Result<bool> {
    end(tx, id, JobEnd::CANCELLED, now).await
}

/// Ends an export that has not ended; returns false if it already had.
pub async fn end(tx: &mut Tx, id: ExportId, ended: JobEnd<'_>, now: Timestamp) -> sqlx::Result<bool> {
    lease::end(tx, id, ended, now).await
}
