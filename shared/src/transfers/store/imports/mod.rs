//! SQL of imports. `chunks` has the statements of the worker, `errors` those of its errors.

mod chunks;
mod errors;
mod scan;

use super::super::{Import, TransferCounts, TransferStatus};
use super::lease::{self, JobEnd};
use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::product_file::FileKind;
use crate::catalogue::write::ImportOptions;
use crate::ids::ImportId;
use crate::time::Timestamp;
use crate::users::ActorId;

pub use chunks::{Chunk, LeasedImport, claim, lock, record};
pub use errors::{count_errors, list_errors};
pub use scan::{record_scan, scattered_handles};

/// An import whose file is not uploaded yet.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// Id of the import.
    pub id: ImportId,
    /// Format of the file; `None` if it is to be recognised.
    pub kind: Option<FileKind>,
    /// Choices of the person who imports the file.
    pub options: ImportOptions,
    /// Account or API key that creates the import.
    pub by: ActorId,
    /// Key of the file in the storage.
    pub storage_key: &'a str,
    /// Declared size of the file in bytes.
    pub bytes: i64,
}

/// Inserts an import that waits for its file.
pub async fn insert(tx: &mut Tx, new: &NewImport<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imports (id, kind, stock, keep_missing_variants, duplicate_skus, dry_run, storage_key, bytes, created_at,
                              actor_user_id, actor_api_key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id as _,
        new.kind.map(FileKind::as_str),
        new.options.stock.as_str(),
        new.options.keep_missing_variants,
        new.options.duplicate_skus.as_str(),
        new.options.dry_run,
        new.storage_key,
        new.bytes,
        now as _,
        new.by.user() as _,
        new.by.api_key() as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Finds the import with this id.
pub async fn find(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<Import>> {
    Ok(read(tx, Some(id), KeysetBounds::first(1)).await?.pop())
}

/// Reads a page of imports, newest first.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<ImportId>) -> sqlx::Result<Vec<Import>> {
    read(tx, None, bounds).await
}

/// Counts all imports.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from imports"#).fetch_one(&mut *tx).await
}

async fn read(tx: &mut Tx, only: Option<ImportId>, bounds: KeysetBounds<ImportId>) -> sqlx::Result<Vec<Import>> {
    let rows = sqlx::query!(
        "select id, kind, encoding, delimiter, stock, keep_missing_variants, duplicate_skus, dry_run, status, bytes, bytes_done, products_created, products_updated,
                products_unchanged, products_skipped, variants_created, variants_updated, variants_unchanged, variants_removed,
                images_removed, variants_untracked, variants_backorderable, variants_sold_out, stock_changed, stock_moved,
                stock_moved_skus, rows_failed, error, created_at, started_at,
                finished_at, actor_user_id, actor_api_key_id
           from imports
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
    Ok(rows
        .into_iter()
        .map(|row| Import {
            id: row.id,
            actor_id: row.actor_user_id,
            actor_api_key_id: row.actor_api_key_id,
            kind: row.kind.and_then(|kind| kind.parse().ok()),
            encoding: row.encoding.and_then(|encoding| encoding.parse().ok()),
            delimiter: row.delimiter.and_then(|delimiter| delimiter.parse().ok()),
            stock: row.stock,
            keep_missing_variants: row.keep_missing_variants,
            duplicate_skus: row.duplicate_skus,
            dry_run: row.dry_run,
            status: row.status.parse().unwrap_or(TransferStatus::Failed),
            bytes: row.bytes,
            bytes_done: row.bytes_done,
            products: TransferCounts {
                created: row.products_created,
                updated: row.products_updated,
                unchanged: row.products_unchanged,
            },
            products_skipped: row.products_skipped,
            variants: TransferCounts {
                created: row.variants_created,
                updated: row.variants_updated,
                unchanged: row.variants_unchanged,
            },
            variants_removed: row.variants_removed,
            images_removed: row.images_removed,
            variants_untracked: row.variants_untracked,
            variants_backorderable: row.variants_backorderable,
            variants_sold_out: row.variants_sold_out,
            stock_changed: row.stock_changed,
            stock_moved: row.stock_moved,
            stock_moved_skus: row.stock_moved_skus,
            rows_failed: row.rows_failed,
            error: row.error,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
        .collect())
}

/// Reads the key of the import's file in the storage.
pub async fn storage_key(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select storage_key from imports where id = $1", id as _).fetch_optional(&mut *tx).await
}

/// Starts an import that waits; any other stays as it is. Returns true if it was started.
pub async fn start(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update imports set status = 'running', held_until = $2, started_at = $2 where id = $1 and status = 'waiting'",
        id as _,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Cancels an import that has not ended; returns false if it already had. Waits for the transaction of a worker that saves a chunk.
pub async fn cancel(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<bool> {
    end(tx, id, JobEnd::CANCELLED, now).await
}

/// Ends an import that has not ended; returns false if it already had.
pub async fn end(tx: &mut Tx, id: ImportId, ended: JobEnd<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let has_ended = lease::end(tx, id, ended, now).await?;
    sqlx::query!("delete from import_scattered_handles where import_id = $1", id as _).execute(&mut *tx).await?;
    Ok(has_ended)
}
