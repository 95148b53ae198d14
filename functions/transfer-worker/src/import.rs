//! Runs an import: saves the products of its file chunk by chunk, each together with the new position.

use shared::catalogue::product_import::ProductImport;
use shared::catalogue::shopify::Batch;
use shared::catalogue::write::{Attempt, save_imports};
use shared::ids::ImportId;
use shared::transfers::MAX_ATTEMPTS;
use shared::transfers::store::imports::{Chunk, LeasedImport, begun_before, claim, end, hold, note};
use shared::transfers::store::{JobEnd, Lease, release};
use tokio::time::Instant;

use crate::window::Window;
use crate::{RunOutcome, Worker};

/// Continues the import until it ends or the time is up.
pub(crate) async fn run(worker: &Worker, id: ImportId, until: Instant) -> anyhow::Result<RunOutcome> {
    let held = Lease { id, lease: worker.rng.random_uuid() };
    let mut tx = worker.db.begin().await?;
    let claimed = claim(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    let Some(mut file) = claimed else {
        tracing::info!("import not claimable");
        return Ok(RunOutcome::ToTheEnd);
    };
    if file.is_stuck {
        let reason = format!("it was begun {MAX_ATTEMPTS} times at line {} and did not get on", file.place.line);
        finish(worker, held, &file, JobEnd::failed(&reason)).await?;
        return Ok(RunOutcome::ToTheEnd);
    }
    match go_on(worker, held, &mut file, until).await {
        Ok(Some(ended)) => {
            finish(worker, held, &file, ended.as_ref().map_or(JobEnd::DONE, |reason| JobEnd::failed(reason))).await?;
            Ok(RunOutcome::ToTheEnd)
        }
        Ok(None) if Instant::now() < until => Ok(RunOutcome::ToTheEnd),
        Ok(None) => {
            give_back(worker, held).await?;
            Ok(RunOutcome::OutOfTime)
        }
        Err(error) => {
            // So that the next worker can start when the message comes again, instead of waiting until this lease expires.
            give_back(worker, held).await?;
            Err(error)
        }
    }
}

/// Processes the file. Returns `Some(None)` at its end, `Some` with the reason if it cannot be read further, and `None` if the time is up or
/// this worker no longer holds the import.
async fn go_on(
    worker: &Worker,
    held: Lease<ImportId>,
    file: &mut LeasedImport,
    until: Instant,
) -> anyhow::Result<Option<Option<String>>> {
    let mut length = worker.limits.window;
    loop {
        let mut window = match Window::read(&*worker.storage, file, length).await? {
            Ok(window) => window,
            Err(unreadable) => return Ok(Some(Some(unreadable.to_string()))),
        };
        loop {
            let batch = match window.batch() {
                Ok(Some(batch)) => batch,
                Ok(None) => break,
                Err(unreadable) => return Ok(Some(Some(unreadable.to_string()))),
            };
            file.place = window.place();
            file.header = Some(window.header.clone());
            // Checked after a chunk and not before it, so that every run makes progress, however short its time is.
            if !write(worker, held, file, batch).await? || Instant::now() >= until {
                return Ok(None);
            }
        }
        file.place = window.place();
        if file.place.offset >= file.bytes {
            return Ok(Some(None));
        }
        file.header = Some(window.header.clone());
        length = match window.next_length(worker.limits.window) {
            Ok(length) => length,
            Err(unreadable) => return Ok(Some(Some(unreadable.to_string()))),
        };
    }
}

/// Saves a chunk and the new position in one transaction; returns false if this worker no longer holds the import.
async fn write(worker: &Worker, held: Lease<ImportId>, file: &LeasedImport, batch: Batch) -> anyhow::Result<bool> {
    let mut attempt = Attempt::default();
    loop {
        match try_to_write(worker, held, file, batch.clone(), attempt).await {
            Ok(is_ours) => return Ok(is_ours),
            Err(error) => attempt.again_after(error)?,
        }
    }
}

async fn try_to_write(
    worker: &Worker,
    held: Lease<ImportId>,
    file: &LeasedImport,
    mut batch: Batch,
    attempt: Attempt,
) -> sqlx::Result<bool> {
    let now = worker.clock.now();
    let mut tx = worker.db.begin().await?;
    if !hold(&mut tx, held).await? {
        tx.commit().await?;
        return Ok(false);
    }
    let slugs: Vec<String> = batch.entries.iter().map(|(_, entry)| entry.slug.clone()).collect();
    let before = begun_before(&mut tx, held.id, &slugs).await?;
    batch.refuse_begun(|slug| before.get(slug).copied());
    let entries = std::mem::take(&mut batch.entries);
    let all: Vec<&ProductImport> = entries.iter().map(|(_, entry)| entry).collect();
    let results = save_imports(&mut tx, &all, attempt.together, (file.stock, now)).await?;
    let mut saved = Vec::new();
    for ((line, _), result) in entries.iter().zip(results) {
        match result {
            Ok(one) => saved.push(one),
            Err(reason) => batch.leave_out(*line, reason),
        }
    }
    batch.bad.sort_by_key(|bad| bad.line);
    let chunk = Chunk {
        place: file.place,
        header: file.header.clone().unwrap_or_default(),
        begun: entries.into_iter().map(|(line, entry)| (entry.slug, line)).collect(),
        saved,
        bad: batch.bad,
        left_out: batch.left_out,
    };
    note(&mut tx, held, &chunk, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends the import and deletes its file.
async fn finish(worker: &Worker, held: Lease<ImportId>, file: &LeasedImport, ended: JobEnd<'_>) -> anyhow::Result<()> {
    let mut tx = worker.db.begin().await?;
    if hold(&mut tx, held).await? {
        if file.place.offset >= file.bytes {
            let chunk =
                Chunk { place: file.place, header: file.header.clone().unwrap_or_default(), ..Chunk::default() };
            note(&mut tx, held, &chunk, worker.clock.now()).await?;
        }
        end(&mut tx, held.id, ended, worker.clock.now()).await?;
    }
    tx.commit().await?;
    if let Err(error) = worker.storage.delete(&file.storage_key).await {
        tracing::warn!(error = format!("{error:#}"), "the file of an import that ended stays");
    }
    tracing::info!(import_id = %held.id, ?ended, "an import has ended");
    Ok(())
}

async fn give_back(worker: &Worker, held: Lease<ImportId>) -> anyhow::Result<()> {
    let mut tx = worker.db.begin().await?;
    release(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
