//! `cargo dev import-users FILE`: the accounts of a shop that Django ran.

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
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Db;
use shared::time::Timestamp;
use shared::users::store::import::take_over;

use crate::terminal::{ask, is_attended, warn};
use dump::Dump;
use row::Read;
use shared::catalogue::shopify::BadRow;

pub use summary::UsersSummary;

/// How many accounts are made in one transaction.
const BATCH: usize = 200;

/// What is to be taken over.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportUsersArgs {
    /// The user table: a CSV with a header, the JSON of `manage.py dumpdata auth.user`, or a plain `pg_dump`
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take over who works there, and who may do everything; the others of the staff get their roles here
    #[arg(long)]
    pub with_staff: bool,
    /// Do not ask whether that is meant
    #[arg(long)]
    pub yes: bool,
    /// Write nothing; say what would be done
    #[arg(long)]
    pub dry_run: bool,
}

/// How the accounts are taken over.
#[derive(Clone, Copy, Debug)]
struct Manner {
    with_staff: bool,
    dry_run: bool,
    now: Timestamp,
}

/// Takes over the accounts of a file, and says on standard error how far it is and which rows are bad.
pub async fn run(db: &Db, args: &ImportUsersArgs, now: Timestamp) -> anyhow::Result<UsersSummary> {
    let manner = Manner { with_staff: args.with_staff, dry_run: args.dry_run, now };
    let (rows, superusers) = count(open(&args.file)?, manner)?;
    if superusers > 0 && !args.yes && !args.dry_run {
        ensure_meant(superusers)?;
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} accounts, {eta} left")?;
    let bar = ProgressBar::new(rows).with_style(style);
    let name = args.file.display();
    let mut says = |bad: BadRow| bar.suspend(|| warn(format_args!("{name}:{}: {}", bad.line, bad.reason)));
    let summary = import(db, open(&args.file)?, manner, &mut says, &|| bar.inc(1)).await;
    bar.finish_and_clear();
    summary
}

fn open(path: &Path) -> anyhow::Result<Dump<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Dump::recognise(BufReader::new(file)).with_context(|| format!("{} is not understood", path.display()))
}

/// How many rows there are, and how many of them would be superusers.
fn count<R: BufRead>(mut dump: Dump<R>, manner: Manner) -> anyhow::Result<(u64, u64)> {
    let (mut rows, mut superusers) = (0, 0);
    while let Some((_, row)) = dump.next()? {
        rows += 1;
        superusers += u64::from(read(row, manner).is_ok_and(|read| read.user.is_superuser));
    }
    Ok((rows, superusers))
}

fn read(row: Result<dump::Row, String>, manner: Manner) -> Result<Read, String> {
    row::read(&row?, manner.with_staff, manner.now)
}

fn ensure_meant(superusers: u64) -> anyhow::Result<()> {
    ensure!(is_attended(), "{superusers} of the accounts would be superusers: if that is meant, say --yes");
    let answer = ask(&format!("{superusers} of the accounts will be superusers. Go on? [y/N]"))?;
    ensure!(matches!(answer.to_lowercase().as_str(), "y" | "yes"), "nothing was done");
    Ok(())
}

/// Takes over the accounts, a batch in a transaction. A trial is one transaction that is not committed, so that it finds what the
/// real thing would.
async fn import<R: BufRead>(
    db: &Db,
    mut dump: Dump<R>,
    manner: Manner,
    says: &mut (dyn FnMut(BadRow) + Send),
    done_with_one: &(dyn Fn() + Sync),
) -> anyhow::Result<UsersSummary> {
    let mut summary = UsersSummary { is_trial: manner.dry_run, ..UsersSummary::default() };
    let mut seen = HashMap::new();
    let mut tx = db.begin().await?;
    let mut in_batch = 0;
    while let Some((line, row)) = dump.next()? {
        done_with_one();
        let done = match read(row, manner).and_then(|read| once(&mut seen, line, read)) {
            Err(reason) => Err(reason),
            Ok(read) => {
                let done = take_over(&mut tx, &read.user, manner.now).await;
                summary.add(&read, done.context("the import broke off; what came before is there")?)
            }
        };
        if let Err(reason) = done {
            summary.refused += 1;
            says(BadRow { line, reason });
        }
        in_batch += 1;
        if in_batch == BATCH && !manner.dry_run {
            tx.commit().await?;
            (tx, in_batch) = (db.begin().await?, 0);
        }
    }
    if manner.dry_run {
        drop(tx);
        db.rollback_abandoned().await;
    } else {
        tx.commit().await?;
    }
    Ok(summary)
}

/// Django tells `Ana@x.io` from `ana@x.io`; we do not, so the second of them needs somebody to decide.
fn once(seen: &mut HashMap<String, u64>, line: u64, read: Read) -> Result<Read, String> {
    match seen.entry(read.user.email.to_lowercase()) {
        Entry::Vacant(free) => {
            free.insert(line);
            Ok(read)
        }
        Entry::Occupied(first) => Err(format!(
            "the address {} is on line {} already, perhaps with other capitals",
            read.user.email,
            first.get()
        )),
    }
}
