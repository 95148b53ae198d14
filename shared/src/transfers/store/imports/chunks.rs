//! SQL of the worker that runs an import: leases it and records each chunk in the transaction that saves it.

use super::super::super::{LEASE_SECONDS, MAX_ATTEMPTS, MAX_MOVED_SKUS, TransferCounts};
use super::super::Lease;
use super::errors::insert_errors;
use crate::app::db::Tx;
use crate::catalogue::product_file::records::Place;
use crate::catalogue::product_file::{Dialect, FileFormat, FileKind, Recognised, RowError};
use crate::catalogue::write::{ImportOptions, RowChange, Saved};
use crate::ids::ImportId;
use crate::money::Currency;
use crate::time::Timestamp;
use crate::users::{ActorId, Permissions};

/// The work that is left of an import that a worker has leased.
#[derive(Clone, Debug)]
pub struct LeasedImport {
    /// The format of the file that the import declares, if it does.
    pub kind: Option<FileKind>,
    /// Key of its file in the storage.
    pub storage_key: String,
    /// Declared size of the file in bytes.
    pub bytes: u64,
    /// Currency of its prices: that of the shop.
    pub currency: Currency,
    /// Choices of the person who imports the file.
    pub options: ImportOptions,
    /// Account or API key that created the import.
    pub by: ActorId,
    /// The format of the file and the position of the first product that was not processed yet; `None` until the whole file was read once.
    pub rest: Option<Recognised>,
    /// True if it was started more than [`MAX_ATTEMPTS`] times without progress.
    pub is_stuck: bool,
}

/// Leases a running import that no worker holds; `None` if it is not running or another worker holds it.
pub async fn claim(tx: &mut Tx, held: Lease<ImportId>, now: Timestamp) -> sqlx::Result<Option<LeasedImport>> {
    let row = sqlx::query!(
        r#"update imports set lease = $2, held_until = $3, attempts = attempts + 1
          where id = $1 and status = 'running' and held_until <= $4
         returning kind, storage_key, bytes, stock, keep_missing_variants, duplicate_skus, dry_run, encoding, delimiter, bytes_done, next_line, header,
                   attempts, actor_user_id, actor_api_key_id, shop_currency() as "currency!: Currency""#,
        held.id as _,
        held.lease,
        now.plus_seconds(LEASE_SECONDS) as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let place = Place {
        offset: u64::try_from(row.bytes_done).unwrap_or_default(),
        line: u64::try_from(row.next_line).unwrap_or(1),
    };
    Ok(Some(LeasedImport {
        currency: row.currency,
        kind: row.kind.as_deref().and_then(|kind| kind.parse().ok()),
        storage_key: row.storage_key,
        bytes: u64::try_from(row.bytes).unwrap_or_default(),
        options: ImportOptions {
            stock: row.stock.parse().unwrap_or_default(),
            keep_missing_variants: row.keep_missing_variants,
            duplicate_skus: row.duplicate_skus.parse().unwrap_or_default(),
            dry_run: row.dry_run,
        },
        by: ActorId::of_columns(row.actor_user_id, row.actor_api_key_id),
        rest: rest(row.kind, row.encoding.zip(row.delimiter), row.header, place),
        is_stuck: row.attempts > MAX_ATTEMPTS,
    }))
}

fn rest(
    kind: Option<String>,
    dialect: Option<(String, String)>,
    header: Option<Vec<String>>,
    place: Place,
) -> Option<Recognised> {
    let (encoding, delimiter) = dialect?;
    let dialect = Dialect { encoding: encoding.parse().ok()?, delimiter: delimiter.parse().ok()? };
    Some(Recognised { format: FileFormat { kind: kind?.parse().ok()?, dialect }, header: header?, place })
}

/// Returns the permissions that the import's actor has now if the lease is still valid: the import is running, and no other worker has leased
/// it. Locks the row until the transaction ends.
pub async fn lock(tx: &mut Tx, held: Lease<ImportId>, now: Timestamp) -> sqlx::Result<Option<Permissions>> {
    sqlx::query_scalar!(
        r#"select coalesce(permissions_of_actor(actor_user_id, actor_api_key_id, $3), '{}') as "permissions!: Permissions"
             from imports
            where id = $1 and lease = $2 and status = 'running'
              for update"#,
        held.id as _,
        held.lease,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// The result of a chunk of the file.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Position after the chunk.
    pub place: Place,
    /// Products that were saved.
    pub saved: Vec<Saved>,
    /// Number of their variants that can be bought whatever is on hand.
    pub untracked: u64,
    /// Number of their other variants that can be bought with nothing on hand.
    pub backorderable: u64,
    /// Rows that were not imported, with the reasons.
    pub errors: Vec<RowError>,
    /// Number of products that were skipped.
    pub skipped: usize,
}

/// Records a chunk in the transaction that saved it, and extends the lease.
pub async fn record(tx: &mut Tx, held: Lease<ImportId>, chunk: &Chunk, now: Timestamp) -> sqlx::Result<()> {
    let products = counts(chunk.saved.iter().map(|saved| saved.product));
    let variants = counts(chunk.saved.iter().flat_map(|saved| saved.variants.iter().copied()));
    let removed: u64 = chunk.saved.iter().map(|saved| saved.variants_removed).sum();
    let images_removed: u64 = chunk.saved.iter().map(|saved| saved.images_removed).sum();
    let sold_out: u64 = chunk.saved.iter().map(|saved| saved.variants_sold_out).sum();
    let stock_changed: u64 = chunk.saved.iter().map(|saved| saved.stock_changed).sum();
    let moved: Vec<String> = chunk.saved.iter().flat_map(|saved| &saved.stock_moved).cloned().collect();
    insert_errors(tx, held.id, &chunk.errors).await?;
    sqlx::query!(
        "update imports
            set bytes_done = $2, next_line = $3, held_until = $4, attempts = 0,
                products_created = products_created + $5, products_updated = products_updated + $6,
                products_unchanged = products_unchanged + $7, products_skipped = products_skipped + $8,
                variants_created = variants_created + $9, variants_updated = variants_updated + $10,
                variants_unchanged = variants_unchanged + $11, variants_removed = variants_removed + $12, rows_failed = rows_failed + $13,
                stock_changed = stock_changed + $14, stock_moved = stock_moved + $15,
                variants_untracked = variants_untracked + $18, variants_backorderable = variants_backorderable + $19,
                images_removed = images_removed + $20, variants_sold_out = variants_sold_out + $21,
                stock_moved_skus = (stock_moved_skus || $16::text[])[1:$17::integer]
          where id = $1",
        held.id as _,
        to_i64(chunk.place.offset),
        to_i64(chunk.place.line),
        now.plus_seconds(LEASE_SECONDS) as _,
        products.created,
        products.updated,
        products.unchanged,
        to_i64(chunk.skipped as u64),
        variants.created,
        variants.updated,
        variants.unchanged,
        to_i64(removed),
        to_i64(chunk.errors.len() as u64),
        to_i64(stock_changed),
        to_i64(moved.len() as u64),
        moved.get(..usize::from(MAX_MOVED_SKUS)).unwrap_or(&moved),
        i32::from(MAX_MOVED_SKUS),
        to_i64(chunk.untracked),
        to_i64(chunk.backorderable),
        to_i64(images_removed),
        to_i64(sold_out)
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

fn counts(changes: impl Iterator<Item = RowChange>) -> TransferCounts {
    let mut counts = TransferCounts::default();
    for change in changes {
        match change {
            RowChange::Inserted => counts.created += 1,
            RowChange::Updated => counts.updated += 1,
            RowChange::Unchanged => counts.unchanged += 1,
        }
    }
    counts
}

fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
