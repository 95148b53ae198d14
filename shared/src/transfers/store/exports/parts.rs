//! How the worker writes an export's file: it takes it, and notes each part that is written.

use super::super::super::{LEASE_SECONDS, MAX_ATTEMPTS};
use super::super::Lease;
use super::left_out::{LeftOut, note_left_out};
use crate::app::db::Tx;
use crate::ids::{ExportId, ProductId};
use crate::time::Timestamp;

/// An export to go on with.
#[derive(Clone, Debug)]
pub struct LeasedExport {
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
pub async fn claim(tx: &mut Tx, held: Lease<ExportId>, now: Timestamp) -> sqlx::Result<Option<LeasedExport>> {
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
    Ok(row.map(|row| LeasedExport {
        storage_key: row.storage_key,
        upload_id: row.upload_id,
        parts: row.parts,
        after: row.after_product_id,
        bytes: row.bytes,
        is_stuck: row.attempts > MAX_ATTEMPTS,
    }))
}

/// Keeps what the storage calls it. Whether it is still ours.
pub async fn note_upload(tx: &mut Tx, held: Lease<ExportId>, upload_id: &str) -> sqlx::Result<bool> {
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
    /// What the storage calls it; `None` where no product that was read can be in it.
    pub name: Option<String>,
    /// The last product in it.
    pub last: Option<ProductId>,
    /// How large it is.
    pub bytes: i64,
    /// How many products it has.
    pub products: i64,
    /// Those that are not in it, because the format cannot say them.
    pub left_out: Vec<LeftOut>,
}

/// Notes a part, and holds the export for longer. Whether it is still ours.
pub async fn note_part(tx: &mut Tx, held: Lease<ExportId>, part: &Part, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update exports
            set parts = parts || array_remove(array[$3::text], null), after_product_id = coalesce($4, after_product_id), bytes = bytes + $5,
                products_done = products_done + $6, left_out = left_out + $7, attempts = 0, held_until = $8
          where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        part.name,
        part.last as _,
        part.bytes,
        part.products,
        i64::try_from(part.left_out.len()).unwrap_or(i64::MAX),
        now.plus_seconds(LEASE_SECONDS) as _
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    note_left_out(tx, held.id, &part.left_out).await?;
    Ok(true)
}

/// What was written of an export that somebody has stopped.
#[derive(Clone, Debug)]
pub struct Written {
    /// Where its file would lie.
    pub storage_key: String,
    /// What the storage calls what was written of it.
    pub upload_id: Option<String>,
    /// How many parts were noted.
    pub parts: i32,
}

/// An export that somebody has stopped; `None` where it goes on, or has ended by itself.
pub async fn find_cancelled(tx: &mut Tx, id: ExportId) -> sqlx::Result<Option<Written>> {
    sqlx::query_as!(
        Written,
        r#"select storage_key, upload_id, cardinality(parts) as "parts!" from exports where id = $1 and status = 'cancelled'"#,
        id as _
    )
    .fetch_optional(&mut *tx)
    .await
}
