//! Runs an export: writes products to its file, part by part.

use shared::catalogue::shopify::{rows, write_header, write_rows};
use shared::catalogue::store::snapshot;
use shared::ids::{ExportId, ProductId};
use shared::transfers::MAX_ATTEMPTS;
use shared::transfers::parts::{FileInParts, SMALLEST_PART};
use shared::transfers::store::exports::{
    LeasedExport, LeftOut, Part, claim, end, find_cancelled, note_part, note_upload,
};
use shared::transfers::store::{JobEnd, Lease, release};
use tokio::time::Instant;

use crate::{RunOutcome, Worker};

/// Number of products that one query reads.
const AT_ONCE: i64 = 100;

/// A part of the file in memory.
#[derive(Default)]
struct Text {
    csv: Vec<u8>,
    last: Option<ProductId>,
    products: i64,
    left_out: Vec<LeftOut>,
    is_the_last: bool,
}

/// Continues the export until it ends or the time is up.
pub(crate) async fn run(worker: &Worker, id: ExportId, until: Instant) -> anyhow::Result<RunOutcome> {
    let held = Lease { id, lease: worker.rng.random_uuid() };
    let mut tx = worker.db.begin().await?;
    let claimed = claim(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    let Some(file) = claimed else {
        tracing::info!("export not claimable");
        return clear_away(worker, id, None).await;
    };
    if file.is_stuck {
        let reason = format!("it was begun {MAX_ATTEMPTS} times and did not get on");
        return finish(worker, held, JobEnd::failed(&reason)).await;
    }
    let done = go_on(worker, held, file, until).await;
    match done {
        Ok(RunOutcome::ToTheEnd) => Ok(RunOutcome::ToTheEnd),
        Ok(RunOutcome::OutOfTime) | Err(_) => {
            let mut tx = worker.db.begin().await?;
            release(&mut tx, held, worker.clock.now()).await?;
            tx.commit().await?;
            done
        }
    }
}

async fn go_on(
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
            let is_ours = note_upload(&mut tx, held, &upload_id).await?;
            tx.commit().await?;
            if !is_ours {
                return clear_away(worker, held.id, Some(&upload_id)).await;
            }
            upload_id
        }
    };
    let key = file.storage_key.clone();
    let in_parts = FileInParts { key: &key, upload_id: &upload_id };
    loop {
        let text = read(worker, file.after, file.parts.is_empty()).await?;
        let is_the_last = text.is_the_last;
        if !write(worker, held, &mut file, in_parts, text).await? {
            return clear_away(worker, held.id, None).await;
        }
        if is_the_last {
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
async fn read(worker: &Worker, after: Option<ProductId>, is_the_first: bool) -> anyhow::Result<Text> {
    let mut text = Text { last: after, ..Text::default() };
    if is_the_first {
        write_header(&mut text.csv)?;
    }
    while text.csv.len() < SMALLEST_PART {
        let mut tx = worker.db.read().await?;
        let products = snapshot::list_after(&mut tx, text.last, AT_ONCE).await?;
        tx.commit().await?;
        let Some(last) = products.last() else {
            text.is_the_last = true;
            break;
        };
        text.last = Some(last.id);
        for product in &products {
            match rows(product) {
                Ok(rows) => {
                    write_rows(&mut text.csv, &rows)?;
                    text.products += 1;
                }
                Err(reason) => {
                    text.left_out.push(LeftOut { product: product.id, slug: product.slug.clone(), reason });
                }
            }
        }
    }
    Ok(text)
}

/// Writes a part, and records it together with the products that it skipped; returns false if this worker no longer holds the export.
async fn write(
    worker: &Worker,
    held: Lease<ExportId>,
    file: &mut LeasedExport,
    in_parts: FileInParts<'_>,
    text: Text,
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
    let part = Part { name, last: text.last, bytes, products: text.products, left_out: text.left_out };
    let mut tx = worker.db.begin().await?;
    let is_ours = note_part(&mut tx, held, &part, worker.clock.now()).await?;
    tx.commit().await?;
    Ok(is_ours)
}

async fn finish(worker: &Worker, held: Lease<ExportId>, ended: JobEnd<'_>) -> anyhow::Result<RunOutcome> {
    let mut tx = worker.db.begin().await?;
    let is_ended = end(&mut tx, held.id, ended, worker.clock.now()).await?;
    tx.commit().await?;
    if !is_ended {
        return clear_away(worker, held.id, None).await;
    }
    tracing::info!(export_id = %held.id, ?ended, "an export has ended");
    Ok(RunOutcome::ToTheEnd)
}

/// Deletes what was written if the export was cancelled. Otherwise nothing is deleted, because another worker may continue the export.
async fn clear_away(worker: &Worker, id: ExportId, begun: Option<&str>) -> anyhow::Result<RunOutcome> {
    let mut tx = worker.db.read().await?;
    let written = find_cancelled(&mut tx, id).await?;
    tx.commit().await?;
    let Some(written) = written else { return Ok(RunOutcome::ToTheEnd) };
    if let Some(upload_id) = written.upload_id.as_deref().or(begun) {
        // One part more than was recorded, because the export may have been cancelled while that part was written.
        worker.parts.discard(FileInParts { key: &written.storage_key, upload_id }, written.parts + 1).await?;
    }
    worker.storage.delete(&written.storage_key).await?;
    tracing::info!(export_id = %id, "what was written of a cancelled export is deleted");
    Ok(RunOutcome::ToTheEnd)
}
