//! `cargo dev import FILE`: a catalogue from elsewhere.

mod summary;
mod taxonomy;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Db;
use shared::catalogue::product_import::ProductImport;
use shared::catalogue::shopify::records::Records;
use shared::catalogue::shopify::{BadRow, Batch, Header, Products, Unrecognised};
use shared::catalogue::store::imports::{Attempt, Saved, Stock, save};
use shared::catalogue::store::write::Planted;
use shared::time::Timestamp;

use crate::terminal::warn;

pub use summary::ImportSummary;

/// What is to be imported.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// A Shopify product export (CSV), its stock included: what is on hand afterwards is what the file says. Or a category tree, a line for
    /// each category, such as Google's product taxonomy
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What an import did, by what the file was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Products.
    Products(ImportSummary),
    /// A category tree.
    Taxonomy(Planted),
}

impl Imported {
    /// How many rows were not taken.
    pub fn rows_refused(&self) -> usize {
        match self {
            Self::Products(summary) => summary.rows_refused,
            Self::Taxonomy(_) => 0,
        }
    }
}

impl std::fmt::Display for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Products(summary) => summary.fmt(f),
            Self::Taxonomy(Planted { created, unchanged }) => {
                write!(f, "categories {created:>6} created {unchanged:>6} unchanged")
            }
        }
    }
}

/// Imports a file, and says on standard error how far it is and which rows are bad.
pub async fn run(db: &Db, args: &ImportArgs, now: Timestamp) -> anyhow::Result<Imported> {
    if taxonomy::is_one(&args.file)? {
        return taxonomy::import(db, &args.file).await.map(Imported::Taxonomy);
    }
    import_products(db, args, now).await.map(Imported::Products)
}

async fn import_products(db: &Db, args: &ImportArgs, now: Timestamp) -> anyhow::Result<ImportSummary> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} products, {eta} left")?;
    let bar = ProgressBar::new(open(&args.file)?.count()?).with_style(style);
    let name = args.file.display();
    let mut says = |bad: BadRow| bar.suspend(|| warn(format_args!("{name}:{}: {}", bad.line, bad.reason)));
    let summary = import(db, open(&args.file)?, now, &mut says, &|products| bar.inc(products)).await;
    bar.finish_and_clear();
    summary
}

fn open(path: &Path) -> anyhow::Result<Products<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    recognise(BufReader::new(file)).with_context(|| format!("{} is not understood", path.display()))
}

/// What the file is: its header says it.
pub(crate) fn recognise<R: BufRead>(from: R) -> Result<Products<R>, Unrecognised> {
    let mut records = Records::new(from)?;
    let (_, columns) = Header::read(&mut records)?;
    Ok(Products::new(records, columns))
}

/// Imports a hundred products at a time, each of them all or not at all.
pub(crate) async fn import<R: BufRead>(
    db: &Db,
    mut products: Products<R>,
    now: Timestamp,
    says: &mut (dyn FnMut(BadRow) + Send),
    done_with: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<ImportSummary> {
    let mut summary = ImportSummary::default();
    // On which line each product began.
    let mut begun: HashMap<String, u64> = HashMap::new();
    while let Some(mut batch) = products.batch()? {
        batch.refuse_begun(|slug| begun.get(slug).copied());
        begun.extend(batch.entries.iter().map(|(line, entry)| (entry.slug.clone(), *line)));
        done_with(u64::try_from(batch.products()).unwrap_or_default());
        write(db, &mut batch, now, &mut summary).await?;
        batch.bad.sort_by_key(|bad| bad.line);
        summary.rows_refused += batch.bad.len();
        summary.products_left_out += batch.left_out;
        batch.bad.into_iter().for_each(&mut *says);
    }
    Ok(summary)
}

/// Writes the products of a batch. It is an error of its own where none could be written.
async fn write(db: &Db, batch: &mut Batch, now: Timestamp, summary: &mut ImportSummary) -> anyhow::Result<()> {
    let entries = std::mem::take(&mut batch.entries);
    let mut attempt = Attempt::default();
    let saved = loop {
        match try_to_write(db, &entries, attempt, now).await {
            Ok(saved) => break saved,
            Err(error) => attempt.again_after(error).context("the import broke off; what came before is there")?,
        }
    };
    for ((line, _), saved) in entries.iter().zip(saved) {
        match saved {
            Ok(saved) => summary.add(&saved),
            Err(reason) => batch.leave_out(*line, reason),
        }
    }
    Ok(())
}

async fn try_to_write(
    db: &Db,
    entries: &[(u64, ProductImport)],
    attempt: Attempt,
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, String>>> {
    let entries: Vec<&ProductImport> = entries.iter().map(|(_, entry)| entry).collect();
    let mut tx = db.begin().await?;
    let saved = save(&mut tx, &entries, attempt.together, (Stock::Counted, now)).await?;
    tx.commit().await?;
    Ok(saved)
}
