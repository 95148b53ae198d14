//! Runs an export: writes products to its file, part by part.

use shared::catalogue::shopify::{rows, write_header, write_rows};
use shared::catalogue::store::snapshot::{self, CategoryPaths};
use shared::ids::{ExportId, ProductId};
use shared::transfers::MAX_ATTEMPTS;
use shared::transfers::parts::{FileInParts, MIN_PART_BYTES};
use shared::transfers::store::exports::{
    LeasedExport, Part, Skipped, claim, end, find_cancelled, record_part, set_upload,
};
use shared::transfers::store::{JobEnd, Lease, release};
use tokio::time::Instant;

use crate::{RunOutcome, Worker};

/// Number of products that one query reads.
const PRODUCTS_PER_QUERY: i64 = 100;

/// A part of the file that is not written yet.
#[derive(Default)]
struct PartText {
    csv: Vec<u8>,
    /// The last product that was read, written or skipped.
    last: Option<ProductId>,
    /// Number of products in the text.
    products: i64,
    skipped: Vec<Skipped>,
    is_final: bool,
}

/// Continues the export until it ends or the time is up.
pub(crate) async fn run(worker: &Worker, id: ExportId, until: Instant) -> anyhow::Result<RunOutcome> {
    let held = Lease { id, lease: worker.rng.random_uuid() };
    let mut tx = worker.db.begin().await?;
    let claimed = claim(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    let Some(file) = claimed else {
        tracing::info!("export is not running or held by another worker");
        return delete_if_cancelled(worker, id, None).await;
    };
    if file.is_stuck {
        let reason = format!("it was started {MAX_ATTEMPTS} times and made no progress");
        return finish(worker, held, JobEnd::failed(&reason)).await;
    }
    let done = process(worker, held, file, until).await;
    match done {
        Ok(RunOutcome::Finished) => Ok(RunOutcome::Finished),
        Ok(RunOutcome::OutOfTime) | Err(_) => {
            let mut tx = worker.db.begin().await?;
            release(&mut tx, held, worker.clock.now()).await?;
            tx.commit().await?;
            done
        }
    }
}

async fn process(
    worker: &Worker,
    held: Lease<ExportId>,
    mut file: LeasedExport,
    until: Instant,
) -> anyhow::Result<RunOutcome> {
    let upload_id = match file.upload_id.take() {
        Some(upload_id) => upload_id,
        None => {
            let upload_id = worker.parts.begin(&file.storage_key, "text/csv").await?;
            let mut tx = worker.db.begin().await?;
            let is_ours = set_upload(&mut tx, held, &upload_id).await?;
            tx.commit().await?;
            if !is_ours {
                return delete_if_cancelled(worker, held.id, Some(&upload_id)).await;
            }
            upload_id
        }
    };
    let key = file.storage_key.clone();
    let in_parts = FileInParts { key: &key, upload_id: &upload_id };
    loop {
        let text = read_part(worker, file.after, file.parts.is_empty()).await?;
        let is_final = text.is_final;
        if !write_part(worker, held, &mut file, in_parts, text).await? {
            return delete_if_cancelled(worker, held.id, None).await;
        }
        if is_final {
            // A file of this size means that an earlier worker finished the upload and died before it could end the export.
            if worker.storage.size(&key).await? != u64::try_from(file.bytes).ok() {
                worker.parts.finish(in_parts, &file.parts).await?;
            }
            return finish(worker, held, JobEnd::DONE).await;
        }
        if Instant::now() >= until {
            return Ok(RunOutcome::OutOfTime);
        }
    }
}

/// Reads as many products as fill a part.
async fn read_part(worker: &Worker, after: Option<ProductId>, is_first: bool) -> anyhow::Result<PartText> {
    let mut text = PartText { last: after, ..PartText::default() };
    if is_first {
        write_header(&mut text.csv)?;
    }
    while text.csv.len() < MIN_PART_BYTES {
        let mut tx = worker.db.read().await?;
        let products = snapshot::list_after(&mut tx, text.last, PRODUCTS_PER_QUERY).await?;
        let paths = CategoryPaths::read(&mut tx, &products).await?;
        tx.commit().await?;
        let Some(last) = products.last() else {
            text.is_final = true;
            break;
        };
        text.last = Some(last.id);
        for product in &products {
            match rows(product, &paths) {
                Ok(rows) => {
                    write_rows(&mut text.csv, &rows)?;
                    text.products += 1;
                }
                Err(reason) => {
                    text.skipped.push(Skipped { id: product.id, slug: product.slug.clone(), reason });
                }
            }
        }
    }
    Ok(text)
}

/// Writes a part, and records it together with the products that it skipped; returns false if this worker no longer holds the export.
async fn write_part(
    worker: &Worker,
    held: Lease<ExportId>,
    file: &mut LeasedExport,
    in_parts: FileInParts<'_>,
    text: PartText,
) -> anyhow::Result<bool> {
    let bytes = i64::try_from(text.csv.len())?;
    // Empty if all of the last products were skipped.
    let name = match text.csv {
        csv if csv.is_empty() => None,
        csv => Some(worker.parts.write(in_parts, i32::try_from(file.parts.len() + 1)?, csv).await?),
    };
    file.after = text.last;
    file.bytes += bytes;
    file.parts.extend(name.clone());
    let part = Part { name, last: text.last, bytes, products: text.products, skipped: text.skipped };
    let mut tx = worker.db.begin().await?;
    let is_ours = record_part(&mut tx, held, &part, worker.clock.now()).await?;
    tx.commit().await?;
    Ok(is_ours)
}

async fn finish(worker: &Worker, held: Lease<ExportId>, ended: JobEnd<'_>) -> anyhow::Result<RunOutcome> {
    let mut tx = worker.db.begin().await?;
    let is_ended = end(&mut tx, held.id, ended, worker.clock.now()).await?;
    tx.commit().await?;
    if !is_ended {
        return delete_if_cancelled(worker, held.id, None).await;
    }
    tracing::info!(export_id = %held.id, ?ended, "export ended");
    Ok(RunOutcome::Finished)
}

/// Deletes what was written if the export was cancelled. Otherwise nothing is deleted, because another worker may continue the export.
/// `unrecorded` is the id of an upload that was created after the cancellation.
async fn delete_if_cancelled(worker: &Worker, id: ExportId, unrecorded: Option<&str>) -> anyhow::Result<RunOutcome> {
    let mut tx = worker.db.read().await?;
    let cancelled = find_cancelled(&mut tx, id).await?;
    tx.commit().await?;
    let Some(cancelled) = cancelled else { return Ok(RunOutcome::Finished) };
    if let Some(upload_id) = cancelled.upload_id.as_deref().or(unrecorded) {
        // One part more than was recorded, because the export may have been cancelled while that part was written.
        worker.parts.discard(FileInParts { key: &cancelled.storage_key, upload_id }, cancelled.parts + 1).await?;
    }
    worker.storage.delete(&cancelled.storage_key).await?;
    tracing::info!(export_id = %id, "parts of a cancelled export deleted");
    Ok(RunOutcome::Finished)
}
