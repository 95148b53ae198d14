//! `cargo dev import-users FILE`: imports the accounts of a Django shop.

mod columns;
mod dump;
mod fixture;
mod row;
mod summary;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use command_line::terminal::{ask, is_interactive, warn};
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Db;
use shared::catalogue::product_file::RowError;
use shared::time::Timestamp;
use shared::users::store::import::insert_imported;

use dump::Dump;
use row::Read;

pub use summary::UsersSummary;

/// Accounts per transaction.
const BATCH: usize = 200;

/// Options of the import.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportUsersArgs {
    /// User table: a CSV with a header, the JSON of `manage.py dumpdata auth.user`, or a plain `pg_dump`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Also import who is staff and who is a superuser; grant other roles afterwards
    #[arg(long)]
    pub with_staff: bool,
    /// Do not ask for confirmation of superusers
    #[arg(long)]
    pub yes: bool,
    /// Write nothing; print what would be done
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of an import.
#[derive(Clone, Copy, Debug)]
struct ImportOptions {
    with_staff: bool,
    dry_run: bool,
    now: Timestamp,
}

/// Imports the accounts of a file; prints progress and the errors of rows on standard error.
pub async fn run(db: &Db, args: &ImportUsersArgs, now: Timestamp) -> anyhow::Result<UsersSummary> {
    let options = ImportOptions { with_staff: args.with_staff, dry_run: args.dry_run, now };
    let (rows, superusers) = count(open(&args.file)?, options)?;
    if superusers > 0 && !args.yes && !args.dry_run {
        confirm(superusers)?;
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} accounts, {eta} left")?;
    let bar = ProgressBar::new(rows).with_style(style);
    let name = args.file.display();
    let mut report = |error: RowError| bar.suspend(|| warn(format_args!("{name}:{}: {}", error.line, error.reason)));
    let summary = import(db, open(&args.file)?, options, &mut report, &|| bar.inc(1)).await;
    bar.finish_and_clear();
    summary
}

fn open(path: &Path) -> anyhow::Result<Dump<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("{} could not be read", path.display()))?;
    Dump::recognise(BufReader::new(file))
        .with_context(|| format!("{} could not be read as a user table", path.display()))
}

/// Counts the rows, and those that would be superusers.
fn count<R: BufRead>(mut dump: Dump<R>, options: ImportOptions) -> anyhow::Result<(u64, u64)> {
    let (mut rows, mut superusers) = (0, 0);
    while let Some((_, row)) = dump.next()? {
        rows += 1;
        superusers += u64::from(read(row, options).is_ok_and(|read| read.user.is_superuser));
    }
    Ok((rows, superusers))
}

fn read(row: Result<columns::Row, String>, options: ImportOptions) -> Result<Read, String> {
    row::read(&row?, options.with_staff, options.now)
}

fn confirm(superusers: u64) -> anyhow::Result<()> {
    ensure!(is_interactive(), "{superusers} of the accounts would be superusers: to confirm, pass --yes");
    let answer = ask(&format!("{superusers} of the accounts will be superusers. Continue? [y/N]"))?;
    ensure!(matches!(answer.to_lowercase().as_str(), "y" | "yes"), "nothing was imported");
    Ok(())
}

/// Imports the accounts, a batch in each transaction. A dry run is one transaction that is not committed, so that it finds the same
/// problems.
async fn import<R: BufRead>(
    db: &Db,
    mut dump: Dump<R>,
    options: ImportOptions,
    report: &mut (dyn FnMut(RowError) + Send),
    row_done: &(dyn Fn() + Sync),
) -> anyhow::Result<UsersSummary> {
    let mut summary = UsersSummary { is_dry_run: options.dry_run, ..UsersSummary::default() };
    let mut seen = HashMap::new();
    let mut tx = db.begin().await?;
    let mut in_batch = 0;
    while let Some((line, row)) = dump.next()? {
        row_done();
        let done = match read(row, options).and_then(|read| refuse_duplicate(&mut seen, line, read)) {
            Err(reason) => Err(reason),
            Ok(read) => {
                let done = insert_imported(&mut tx, &read.user, options.now).await;
                summary.add(&read, done.context("the import failed; earlier batches are committed")?)
            }
        };
        if let Err(reason) = done {
            summary.rows_failed += 1;
            report(RowError { line, reason });
        }
        in_batch += 1;
        if in_batch == BATCH && !options.dry_run {
            tx.commit().await?;
            (tx, in_batch) = (db.begin().await?, 0);
        }
    }
    if options.dry_run {
        drop(tx);
        db.rollback_abandoned().await;
    } else {
        tx.commit().await?;
    }
    Ok(summary)
}

/// Refuses the second of `Ana@x.io` and `ana@x.io`: two addresses in Django, but one here.
fn refuse_duplicate(seen: &mut HashMap<String, u64>, line: u64, read: Read) -> Result<Read, String> {
    match seen.entry(read.user.email.to_lowercase()) {
        Entry::Vacant(free) => {
            free.insert(line);
            Ok(read)
        }
        Entry::Occupied(first) => {
            Err(format!("the address {} is already on line {}, perhaps in other case", read.user.email, first.get()))
        }
    }
}
