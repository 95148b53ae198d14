//! SQL of the worker that writes an export: leases it and records each part that was written.

use super::super::super::{LEASE_SECONDS, MAX_ATTEMPTS};
use super::super::Lease;
use super::skipped::{Skipped, insert_skipped};
use crate::app::db::Tx;
use crate::ids::{ExportId, ProductId};
use crate::time::Timestamp;

/// The work that is left of an export that a worker has leased.
#[derive(Clone, Debug)]
pub struct LeasedExport {
    /// Key of its file in the storage.
    pub storage_key: String,
    /// Id of the upload; `None` if no upload was created.
    pub upload_id: Option<String>,
    /// Names of the parts that were written, in order.
    pub parts: Vec<String>,
    /// The last product that was read for one of the parts.
    pub after: Option<ProductId>,
    /// Size of all parts in bytes.
    pub bytes: i64,
    /// True if it was started more than [`MAX_ATTEMPTS`] times without progress.
    pub is_stuck: bool,
}

/// Leases a running export that no worker holds; `None` if it is not running or another worker holds it.
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

/// Stores the id of the upload; returns false if the lease is no longer valid.
pub async fn set_upload(tx: &mut Tx, held: Lease<ExportId>, upload_id: &str) -> sqlx::Result<bool> {
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

/// A part that was written.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name of the part in the storage; `None` if all products that were read for it were skipped.
    pub name: Option<String>,
    /// The last product that was read for it.
    pub last: Option<ProductId>,
    /// Size of the part in bytes.
    pub bytes: i64,
    /// Number of products in the part.
    pub products: i64,
    /// Products that were skipped because the format cannot represent them.
    pub skipped: Vec<Skipped>,
}

/// Records a part and extends the lease; returns false if the lease is no longer valid.
pub async fn record_part(tx: &mut Tx, held: Lease<ExportId>, part: &Part, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update exports
            set parts = parts || array_remove(array[$3::text], null), after_product_id = coalesce($4, after_product_id), bytes = bytes + $5,
                products_done = products_done + $6, products_skipped = products_skipped + $7, attempts = 0, held_until = $8
          where id = $1 and lease = $2 and status = 'running'",
        held.id as _,
        held.lease,
        part.name,
        part.last as _,
        part.bytes,
        part.products,
        i64::try_from(part.skipped.len()).unwrap_or(i64::MAX),
        now.plus_seconds(LEASE_SECONDS) as _
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    insert_skipped(tx, held.id, &part.skipped).await?;
    Ok(true)
}

/// An export that was cancelled, with the files that its worker may have left.
#[derive(Clone, Debug)]
pub struct CancelledExport {
    /// Key that its file would have in the storage.
    pub storage_key: String,
    /// Id of the upload; `None` if no upload was created.
    pub upload_id: Option<String>,
    /// Number of parts that were recorded.
    pub parts: i32,
}

/// Finds an export that was cancelled; `None` if it is running or ended in another way.
pub async fn find_cancelled(tx: &mut Tx, id: ExportId) -> sqlx::Result<Option<CancelledExport>> {
    sqlx::query_as!(
        CancelledExport,
        r#"select storage_key, upload_id, cardinality(parts) as "parts!" from exports where id = $1 and status = 'cancelled'"#,
        id as _
    )
    .fetch_optional(&mut *tx)
    .await
}
