//! An export: products, part by part of the file.

use shared::catalogue::shopify::{rows, write_header, write_row};
use shared::catalogue::store::whole;
use shared::ids::{ExportId, ProductId};
use shared::transfers::MOST_ATTEMPTS;
use shared::transfers::parts::{FileInParts, SMALLEST_PART};
use shared::transfers::store::exports::{Claimed, Held, Part, claim, end, note_part, note_upload, release};
use tokio::time::Instant;

use crate::{Ran, Worker};

/// How many products are read at once.
const AT_ONCE: i64 = 100;

/// A part in memory.
#[derive(Default)]
struct Text {
    csv: Vec<u8>,
    last: Option<ProductId>,
    products: i64,
    left_out: i64,
    is_the_last: bool,
}

/// Goes on with it until it is done or the time is up.
pub(crate) async fn run(worker: &Worker, id: ExportId, until: Instant) -> anyhow::Result<Ran> {
    let held = Held { id, lease: worker.ambient.random_uuid() };
    let mut tx = worker.db.begin().await?;
    let claimed = claim(&mut tx, held, worker.ambient.now()).await?;
    tx.commit().await?;
    let Some(file) = claimed else {
        tracing::info!("there is nothing to do, or somebody else does it");
        return Ok(Ran::ToTheEnd);
    };
    if file.is_stuck {
        let reason = format!("it was begun {MOST_ATTEMPTS} times and did not get on");
        finish(worker, held, Some(&reason)).await?;
        return Ok(Ran::ToTheEnd);
    }
    let done = go_on(worker, held, file, until).await;
    match done {
        Ok(Ran::ToTheEnd) => Ok(Ran::ToTheEnd),
        Ok(Ran::OutOfTime) | Err(_) => {
            let mut tx = worker.db.begin().await?;
            release(&mut tx, held, worker.ambient.now()).await?;
            tx.commit().await?;
            done
        }
    }
}

async fn go_on(worker: &Worker, held: Held, mut file: Claimed, until: Instant) -> anyhow::Result<Ran> {
    let upload_id = match file.upload_id.take() {
        Some(upload_id) => upload_id,
        None => {
            let upload_id = worker.parts.begin(&file.storage_key, "text/csv").await?;
            let mut tx = worker.db.begin().await?;
            let is_ours = note_upload(&mut tx, held, &upload_id).await?;
            tx.commit().await?;
            if !is_ours {
                return Ok(Ran::ToTheEnd);
            }
            upload_id
        }
    };
    let in_parts = FileInParts { key: &file.storage_key, upload_id: &upload_id };
    loop {
        let text = read(worker, file.after, file.parts.is_empty()).await?;
        if !text.csv.is_empty() {
            let number = i32::try_from(file.parts.len() + 1)?;
            let bytes = i64::try_from(text.csv.len())?;
            let name = worker.parts.write(in_parts, number, text.csv).await?;
            file.after = text.last.or(file.after);
            file.bytes += bytes;
            file.parts.push(name.clone());
            let part = Part { name, last: text.last, bytes, products: text.products, left_out: text.left_out };
            let mut tx = worker.db.begin().await?;
            let is_ours = note_part(&mut tx, held, &part, worker.ambient.now()).await?;
            tx.commit().await?;
            if !is_ours {
                return Ok(Ran::ToTheEnd);
            }
        }
        if text.is_the_last {
            // Finished before, by a worker that died before it could say so?
            if worker.storage.size(&file.storage_key).await? != u64::try_from(file.bytes).ok() {
                worker.parts.finish(in_parts, &file.parts).await?;
            }
            finish(worker, held, None).await?;
            return Ok(Ran::ToTheEnd);
        }
        if Instant::now() >= until {
            return Ok(Ran::OutOfTime);
        }
    }
}

/// As many products as make a part.
async fn read(worker: &Worker, after: Option<ProductId>, is_the_first: bool) -> anyhow::Result<Text> {
    let mut text = Text { last: after, ..Text::default() };
    if is_the_first {
        write_header(&mut text.csv);
    }
    while text.csv.len() < SMALLEST_PART {
        let mut tx = worker.db.read().await?;
        let products = whole::list_after(&mut tx, text.last, AT_ONCE).await?;
        tx.commit().await?;
        let Some(last) = products.last() else {
            text.is_the_last = true;
            break;
        };
        text.last = Some(last.id);
        for product in &products {
            match rows(product) {
                Ok(rows) => {
                    rows.iter().for_each(|row| write_row(&mut text.csv, row));
                    text.products += 1;
                }
                Err(because) => {
                    tracing::warn!(product = %product.slug, because, "a product is not in the export");
                    text.left_out += 1;
                }
            }
        }
    }
    Ok(text)
}

async fn finish(worker: &Worker, held: Held, because: Option<&str>) -> anyhow::Result<()> {
    let mut tx = worker.db.begin().await?;
    end(&mut tx, held.id, because, worker.ambient.now()).await?;
    tx.commit().await?;
    tracing::info!(export_id = %held.id, because, "an export has ended");
    Ok(())
}
