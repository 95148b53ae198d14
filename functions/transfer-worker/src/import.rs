//! Runs an import: recognises the file and finds the products whose rows are not together, then saves its products chunk by chunk, each
//! chunk together with the new position.

use std::sync::Arc;

use shared::catalogue::product_file::records::Place;
use shared::catalogue::product_file::{Batch, FileKind, Recognised};
use shared::catalogue::product_import::ProductImport;
use shared::catalogue::write::{Attempt, ImportBatch, SaveError, Stock, save_imports};
use shared::ids::ImportId;
use shared::transfers::store::imports::{
    Chunk, LeasedImport, claim, end, lock, record, record_scan, scattered_handles,
};
use shared::transfers::store::{JobEnd, Lease, release};
use shared::transfers::{MAX_ATTEMPTS, MAX_REASONS};
use shared::users::{Permission, Stamp};
use tokio::time::Instant;

use crate::scan::{Scanned, scan};
use crate::window::{Unreadable, Window};
use crate::{RunOutcome, Worker};

/// The reason why a run stops processing the file.
enum Stop {
    /// The whole file is processed.
    EndOfFile,
    /// The file cannot be read further.
    Unreadable(Unreadable),
    /// The rows of too many products are not next to each other.
    Unsorted,
    /// The time is up.
    OutOfTime,
    /// The import was cancelled, or another worker has leased it.
    LeaseLost,
    /// The account or the API key that created the import no longer has this permission, or no longer exists.
    NotPermitted(Permission),
}

/// Continues the import until it ends or the time is up.
pub(crate) async fn run(worker: &Worker, id: ImportId, until: Instant) -> anyhow::Result<RunOutcome> {
    let held = Lease { id, lease: worker.rng.random_uuid() };
    let mut tx = worker.db.begin().await?;
    let claimed = claim(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    let Some(mut file) = claimed else {
        tracing::info!("import is not running, or another worker holds it");
        return Ok(RunOutcome::Finished);
    };
    if file.is_stuck {
        let line = file.rest.as_ref().map_or(1, |rest| rest.place.line);
        let reason = format!("it was started {MAX_ATTEMPTS} times and made no progress at line {line}");
        finish(worker, held, &file, JobEnd::failed(&reason)).await?;
        return Ok(RunOutcome::Finished);
    }
    match process(worker, held, &mut file, until).await {
        Ok(Stop::EndOfFile) => finish(worker, held, &file, JobEnd::DONE).await?,
        Ok(Stop::Unreadable(reason)) => finish(worker, held, &file, JobEnd::failed(&reason.to_string())).await?,
        Ok(Stop::Unsorted) => {
            let reason = format!(
                "the rows of more than {MAX_REASONS} products are not next to each other; sort the file by Handle, with the row of the \
                 title first"
            );
            finish(worker, held, &file, JobEnd::failed(&reason)).await?;
        }
        Ok(Stop::NotPermitted(missing)) => {
            let reason = format!(
                "the account or API key that created it no longer has the permission `{}`; what was imported stays",
                missing.as_str()
            );
            finish(worker, held, &file, JobEnd::failed(&reason)).await?;
        }
        Ok(Stop::LeaseLost) => {}
        Ok(Stop::OutOfTime) => {
            release_lease(worker, held).await?;
            return Ok(RunOutcome::OutOfTime);
        }
        Err(error) => {
            // So that the next worker can start when the message comes again, instead of waiting until this lease expires.
            release_lease(worker, held).await?;
            return Err(error);
        }
    }
    Ok(RunOutcome::Finished)
}

/// Processes the file window by window until something stops it.
async fn process(
    worker: &Worker,
    held: Lease<ImportId>,
    file: &mut LeasedImport,
    until: Instant,
) -> anyhow::Result<Stop> {
    let Scanned { file: mut rest, scattered } = match scanned(worker, held, file).await? {
        Ok(scanned) => scanned,
        Err(stop) => return Ok(stop),
    };
    let scattered = Arc::new(scattered);
    let mut length = worker.limits.window;
    loop {
        let window = Window::read(worker, file, &rest, &scattered, length).await?;
        let stop = match window {
            Ok(mut window) => process_window(worker, held, file, &mut rest, &mut window, until).await?.or_else(|| {
                rest.place = window.place();
                if rest.place.offset >= file.bytes {
                    return Some(Stop::EndOfFile);
                }
                match window.next_length(worker.limits.window) {
                    Ok(next) => {
                        length = next;
                        None
                    }
                    Err(unreadable) => Some(Stop::Unreadable(unreadable)),
                }
            }),
            Err(unreadable) => Some(Stop::Unreadable(unreadable)),
        };
        file.rest = Some(rest.clone());
        if let Some(stop) = stop {
            return Ok(stop);
        }
    }
}

/// Returns the format of the file and the handles whose rows are not next to each other: those that an earlier run has found, or else those
/// that reading the file finds, which are stored for the next run.
async fn scanned(worker: &Worker, held: Lease<ImportId>, file: &LeasedImport) -> anyhow::Result<Result<Scanned, Stop>> {
    if let Some(rest) = file.rest.clone() {
        let mut tx = worker.db.read().await?;
        let scattered = scattered_handles(&mut tx, held.id).await?;
        tx.commit().await?;
        return Ok(Ok(Scanned { file: rest, scattered }));
    }
    let scanned = match scan(&*worker.storage, file).await? {
        Ok(scanned) => scanned,
        Err(unreadable) => return Ok(Err(Stop::Unreadable(unreadable))),
    };
    if i64::try_from(scanned.scattered.len()).unwrap_or(i64::MAX) > MAX_REASONS {
        return Ok(Err(Stop::Unsorted));
    }
    let mut tx = worker.db.begin().await?;
    let is_ours = lock(&mut tx, held, worker.clock.now()).await?.is_some();
    if is_ours {
        record_scan(&mut tx, held, &scanned.file, &scanned.scattered).await?;
    }
    tx.commit().await?;
    Ok(if is_ours { Ok(scanned) } else { Err(Stop::LeaseLost) })
}

/// Saves the products of a window chunk by chunk; returns `None` at its end.
async fn process_window(
    worker: &Worker,
    held: Lease<ImportId>,
    file: &LeasedImport,
    rest: &mut Recognised,
    window: &mut Window,
    until: Instant,
) -> anyhow::Result<Option<Stop>> {
    loop {
        let batch = match window.batch() {
            Ok(Some(batch)) => batch,
            Ok(None) => return Ok(None),
            Err(unreadable) => return Ok(Some(Stop::Unreadable(unreadable))),
        };
        rest.place = window.place();
        let saving = Saving { file, kind: rest.format.kind, place: rest.place };
        if let Some(stop) = save(worker, held, saving, batch).await? {
            return Ok(Some(stop));
        }
        // Checked after a chunk and not before it, so that every run makes progress, however short its time is.
        if Instant::now() >= until {
            return Ok(Some(Stop::OutOfTime));
        }
    }
}

/// The import of a chunk, the kind of its file, and the position behind the chunk.
#[derive(Clone, Copy)]
struct Saving<'f> {
    file: &'f LeasedImport,
    kind: FileKind,
    place: Place,
}

/// Saves a chunk and the new position in one transaction. Saves nothing and returns the reason if this worker no longer holds the import, or if the
/// import's actor may no longer do it.
async fn save(
    worker: &Worker,
    held: Lease<ImportId>,
    saving: Saving<'_>,
    batch: Batch,
) -> anyhow::Result<Option<Stop>> {
    let mut attempt = Attempt::default();
    loop {
        match try_to_save(worker, held, saving, batch.clone(), attempt).await {
            Ok(stop) => return Ok(stop),
            Err(error) => attempt.again_after(error)?,
        }
    }
}

async fn try_to_save(
    worker: &Worker,
    held: Lease<ImportId>,
    Saving { file, kind, place }: Saving<'_>,
    mut batch: Batch,
    attempt: Attempt,
) -> Result<Option<Stop>, SaveError> {
    let now = worker.clock.now();
    let mut tx = worker.db.begin().await?;
    // Checked for each chunk: an import takes minutes, and a key that is revoked because it has leaked must not go on.
    let stop = match lock(&mut tx, held, now).await? {
        Some(permissions) => {
            file.options.stock.permissions().iter().find(|needed| !permissions.has(*needed)).map(Stop::NotPermitted)
        }
        None => Some(Stop::LeaseLost),
    };
    if stop.is_some() {
        tx.commit().await?;
        return Ok(stop);
    }
    let entries = std::mem::take(&mut batch.entries);
    let all: Vec<&ProductImport> = entries.iter().map(|(_, entry)| entry).collect();
    let import = ImportBatch {
        products: &all,
        kind,
        skus: &batch.skus,
        currency: file.currency,
        options: file.options,
        together: attempt.together,
    };
    let results = save_imports(&mut tx, import, Stamp { by: file.by, at: now }).await?;
    let (mut saved, mut untracked, mut backorderable) = (Vec::new(), 0, 0);
    for ((line, entry), result) in entries.iter().zip(results) {
        match result {
            Ok(one) => {
                saved.push(one);
                if file.options.stock != Stock::Keep {
                    untracked += entry.untracked();
                    backorderable += entry.backorderable();
                }
            }
            Err(refused) => batch.skip(refused.line(entry, *line), refused.reason),
        }
    }
    batch.errors.sort_by_key(|error| error.line);
    let chunk = Chunk { place, saved, untracked, backorderable, errors: batch.errors, skipped: batch.skipped };
    record(&mut tx, held, &chunk, now).await?;
    tx.commit().await?;
    Ok(None)
}

/// Ends the import and deletes its file, unless another worker holds it now.
async fn finish(worker: &Worker, held: Lease<ImportId>, file: &LeasedImport, ended: JobEnd<'_>) -> anyhow::Result<()> {
    let mut tx = worker.db.begin().await?;
    if lock(&mut tx, held, worker.clock.now()).await?.is_none() {
        return Ok(tx.commit().await?);
    }
    if let Some(place) = file.rest.as_ref().map(|rest| rest.place).filter(|place| place.offset >= file.bytes) {
        let chunk = Chunk { place, ..Chunk::default() };
        record(&mut tx, held, &chunk, worker.clock.now()).await?;
    }
    end(&mut tx, held.id, ended, worker.clock.now()).await?;
    tx.commit().await?;
    if let Err(error) = worker.storage.delete(&file.storage_key).await {
        tracing::warn!(error = format!("{error:#}"), "import file could not be deleted");
    }
    tracing::info!(import_id = %held.id, ?ended, "import ended");
    Ok(())
}

async fn release_lease(worker: &Worker, held: Lease<ImportId>) -> anyhow::Result<()> {
    let mut tx = worker.db.begin().await?;
    release(&mut tx, held, worker.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}
