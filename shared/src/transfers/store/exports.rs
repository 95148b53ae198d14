//! Exports in SQL.

use uuid::Uuid;

use super::super::{Beside, Export, FileKind, LEASE_SECONDS, MOST_ATTEMPTS, TransferStatus};
use crate::app::db::Tx;
use crate::ids::{ExportId, ProductId};
use crate::time::Timestamp;

/// Notes one, which runs from now on.
pub async fn insert(tx: &mut Tx, id: ExportId, storage_key: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into exports (id, kind, storage_key, products, held_until, created_at)
         select $1, 'shopify_csv', $2, count(*), $3, $3 from products",
        id as _,
        storage_key,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// One export.
pub async fn find(tx: &mut Tx, id: ExportId) -> sqlx::Result<Option<Export>> {
    Ok(read(tx, Some(id), Beside::default(), 1).await?.pop())
}

/// Exports beside this one, the nearest first: the older ones from the newest on, or the newer ones from the oldest on. At most `limit`.
pub async fn list(tx: &mut Tx, beside: Beside<ExportId>, limit: i64) -> sqlx::Result<Vec<Export>> {
    read(tx, None, beside, limit).await
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from exports"#).fetch_one(&mut *tx).await
}

async fn read(tx: &mut Tx, only: Option<ExportId>, beside: Beside<ExportId>, limit: i64) -> sqlx::Result<Vec<Export>> {
    let rows = sqlx::query!(
        "select id, status, products, products_done, left_out, bytes, error, created_at, finished_at, storage_key
           from exports
          where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)
          order by case when $3::uuid is null then id end desc, id
          limit $4",
        only as _,
        beside.after as _,
        beside.before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let export = rows.into_iter().map(|row| Export {
        id: row.id,
        kind: FileKind::ShopifyCsv,
        status: TransferStatus::named(&row.status),
        products: row.products,
        products_done: row.products_done,
        products_left_out: row.left_out,
        bytes: row.bytes,
        error: row.error,
        created_at: row.created_at,
        finished_at: row.finished_at,
        storage_key: row.storage_key,
    });
    Ok(export.collect())
}

/// Whose an export is while it is worked on.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Which export.
    pub id: ExportId,
    /// Nobody else's number.
    pub lease: Uuid,
}

/// An export to go on with.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Where its file will lie.
    pub storage_key: String,
    /// What the storage calls what is written of it.
    pub upload_id: Option<String>,
    /// And each part.
    pub parts: Vec<String>,
    /// The last product that is in one.
    pub after: Option<ProductId>,
    /// How large it is by now.
    pub bytes: i64,
    /// Whether it was begun often and did not get on.
    pub is_stuck: bool,
}

/// Takes an export that runs and that nobody holds. `None` where there is nothing to do, or somebody else does it.
pub async fn claim(tx: &mut Tx, held: Held, now: Timestamp) -> sqlx::Result<Option<Claimed>> {
    let row = sqlx::query!(
        "update exports set lease = $2, held_until = $3, attempts = attempts + 1
          where id = $1 and status = 'running' and held_until <= $4
         returning storage_key, upload_id, parts, after_product_id, bytes, attempts",
        held.id as _,
        held.lease,
        now.plus_seconds(LEASE_SECONDS) as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| Claimed {
        storage_key: row.storage_key,
        upload_id: row.upload_id,
        parts: row.parts,
        after: row.after_product_id,
        bytes: row.bytes,
        is_stuck: row.attempts > MOST_ATTEMPTS,
    }))
}

/// Keeps what the storage calls it. Whether it is still ours.
pub async fn note_upload(tx: &mut Tx, held: Held, upload_id: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update exports set upload_id = $3 where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        upload_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A part that is written.
#[derive(Clone, Debug)]
pub struct Part {
    /// What the storage calls it.
    pub name: String,
    /// The last product in it.
    pub last: Option<ProductId>,
    /// How large it is.
    pub bytes: i64,
    /// How many products it has.
    pub products: i64,
    /// How many are not in it, because the format cannot say them.
    pub left_out: i64,
}

/// Notes a part, and holds the export for longer. Whether it is still ours.
pub async fn note_part(tx: &mut Tx, held: Held, part: &Part, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update exports
            set parts = array_append(parts, $3), after_product_id = coalesce($4, after_product_id), bytes = bytes + $5,
                products_done = products_done + $6, left_out = left_out + $7, attempts = 0, held_until = $8
          where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        part.name,
        part.last as _,
        part.bytes,
        part.products,
        part.left_out,
        now.plus_seconds(LEASE_SECONDS) as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives it back before its time, so that the next may take it at once.
pub async fn release(tx: &mut Tx, held: Held, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update exports set held_until = $3 where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Ends one that has not ended: done, or failed for this reason.
pub async fn end(tx: &mut Tx, id: ExportId, because: Option<&str>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update exports
            set status = case when $2::text is null then 'done' else 'failed' end, error = $2, finished_at = $3, held_until = null, lease = null
          where id = $1 and finished_at is null",
        id as _,
        because,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
