//! Imports in SQL: what is known of each. `pieces` has what the worker does, `bad_rows` what was not taken.

mod bad_rows;
mod pieces;

use super::super::{FileKind, Import, TransferCounts, TransferStatus};
use super::lease::{self, JobEnd};
use crate::app::db::{KeysetBounds, Tx};
use crate::catalogue::write::Stock;
use crate::ids::ImportId;
use crate::time::Timestamp;

pub use bad_rows::{bad_rows, count_bad_rows};
pub use pieces::{Chunk, LeasedImport, begun_before, claim, hold, note};

/// A file that is to come.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// Which.
    pub id: ImportId,
    /// What it is.
    pub kind: FileKind,
    /// What its number on hand means.
    pub stock: Stock,
    /// Where it will lie.
    pub storage_key: &'a str,
    /// How large it is.
    pub bytes: i64,
}

/// Notes one.
pub async fn insert(tx: &mut Tx, new: &NewImport<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imports (id, kind, stock, storage_key, bytes, created_at) values ($1, $2, $3, $4, $5, $6)",
        new.id as _,
        new.kind.as_str(),
        new.stock.as_str(),
        new.storage_key,
        new.bytes,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// One import.
pub async fn find(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<Import>> {
    Ok(read(tx, Some(id), KeysetBounds::first(1)).await?.pop())
}

/// A page of imports, newest first.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<ImportId>) -> sqlx::Result<Vec<Import>> {
    read(tx, None, bounds).await
}

/// Number of imports.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from imports"#).fetch_one(&mut *tx).await
}

async fn read(tx: &mut Tx, only: Option<ImportId>, bounds: KeysetBounds<ImportId>) -> sqlx::Result<Vec<Import>> {
    let rows = sqlx::query!(
        "select id, kind, stock, status, bytes, bytes_done, products_created, products_updated, products_unchanged, products_left_out,
                variants_created, variants_updated, variants_unchanged, variants_removed, bad_rows, error, created_at, started_at,
                finished_at
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
            kind: FileKind::ShopifyCsv,
            stock: row.stock,
            status: row.status.parse().unwrap_or(TransferStatus::Failed),
            bytes: row.bytes,
            bytes_done: row.bytes_done,
            products: TransferCounts {
                created: row.products_created,
                updated: row.products_updated,
                unchanged: row.products_unchanged,
            },
            products_left_out: row.products_left_out,
            variants: TransferCounts {
                created: row.variants_created,
                updated: row.variants_updated,
                unchanged: row.variants_unchanged,
            },
            variants_removed: row.variants_removed,
            bad_rows: row.bad_rows,
            error: row.error,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
        .collect())
}

/// Where an import's file is to lie.
pub async fn storage_key(tx: &mut Tx, id: ImportId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select storage_key from imports where id = $1", id as _).fetch_optional(&mut *tx).await
}

/// Starts one that waits.
pub async fn start(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set status = 'running', held_until = $2, started_at = $2 where id = $1 and status = 'waiting'",
        id as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Stops one that has not ended. The piece that somebody is just writing is finished first.
pub async fn cancel(tx: &mut Tx, id: ImportId, now: Timestamp) -> sqlx::Result<()> {
    end(tx, id, JobEnd::CANCELLED, now).await
}

/// Ends one that has not ended.
pub async fn end(tx: &mut Tx, id: ImportId, ended: JobEnd<'_>, now: Timestamp) -> sqlx::Result<()> {
    lease::end(tx, id, ended, now).await?;
    sqlx::query!("delete from import_slugs where import_id = $1", id as _).execute(&mut *tx).await.map(drop)
}
