//! `cargo dev import FILE`: a catalogue from elsewhere.

pub(crate) mod records;
mod shopify;
mod summary;
mod taxonomy;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Db;
use shared::catalogue::store::write::Planted;
use shared::time::Timestamp;

use crate::entry::{Entry, Known, Saved, Stock, save};
use crate::terminal::warn;
use records::Records;
use shopify::{Columns, Item, Products};

pub(crate) use shopify::{NO_OPTION, NO_OPTION_VALUE, OPTIONS};
pub use summary::ImportSummary;

/// How often a product is tried whose rows somebody else is just writing.
const TRIES: usize = 5;

/// What is to be imported.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// A Shopify product export (CSV), its stock included: what is on hand afterwards is what the file says. Or a category tree, a line for
    /// each category, such as Google's product taxonomy
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it begins, from 1.
    pub line: u64,
    /// For people.
    pub reason: String,
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
    let summary = import(db, open(&args.file)?, now, &mut says, &|| bar.inc(1)).await;
    bar.finish_and_clear();
    summary
}

fn open(path: &Path) -> anyhow::Result<Products<BufReader<File>>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    recognise(BufReader::new(file)).with_context(|| format!("{} is not understood", path.display()))
}

/// What the file is: its header says it.
fn recognise<R: BufRead>(from: R) -> anyhow::Result<Products<R>> {
    let mut records = Records::new(from)?;
    let header = records.next()?.unwrap_or_default();
    let names: Vec<String> = header.fields.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let Some(columns) = Columns::recognise(&names) else {
        let found: String = names.join(",").chars().filter(|c| !c.is_control()).take(100).collect();
        bail!(
            "it begins with \"{found}\"; what is understood is a Shopify product export: a CSV whose first line names at least \
             the columns Handle, Title, Option1 Value and Variant Price, in any order; or a category tree, whose first line is such as \
             \"3237 - Animals & Pet Supplies > Live Animals\""
        );
    };
    Ok(Products::new(records, columns))
}

/// Imports product by product, each in a transaction of its own: all of it or nothing.
async fn import<R: BufRead>(
    db: &Db,
    mut products: Products<R>,
    now: Timestamp,
    says: &mut (dyn FnMut(BadRow) + Send),
    done_with_one: &(dyn Fn() + Sync),
) -> anyhow::Result<ImportSummary> {
    let (mut known, mut summary) = (Known::default(), ImportSummary::default());
    while let Some(item) = products.next()? {
        let bad = match item {
            Item::Stray(bad) => vec![bad],
            Item::Product(read) => {
                done_with_one();
                match read {
                    Err(bad) => {
                        summary.products_left_out += 1;
                        bad
                    }
                    Ok((line, entry)) => match write(db, &mut known, &entry, now).await? {
                        Ok(saved) => {
                            summary.add(&saved);
                            Vec::new()
                        }
                        Err(reason) => {
                            summary.products_left_out += 1;
                            vec![BadRow { line, reason }]
                        }
                    },
                }
            }
        };
        summary.rows_refused += bad.len();
        bad.into_iter().for_each(&mut *says);
    }
    Ok(summary)
}

/// Writes one product. `Err` says why it cannot be written; it is an error of its own where none could be.
async fn write(db: &Db, known: &mut Known, entry: &Entry, now: Timestamp) -> anyhow::Result<Result<Saved, String>> {
    let mut tries = 0..TRIES;
    loop {
        let again = tries.next().is_some();
        match try_to_write(db, known.clone(), entry, now).await {
            Ok(Ok((saved, more))) => {
                *known = more;
                return Ok(Ok(saved));
            }
            Ok(Err(reason)) => return Ok(Err(reason)),
            // Somebody sells or edits this very product.
            Err(error) if again && is_tie(&error) => {}
            Err(error) if is_about_the_data(&error) => return Ok(Err(format!("the database refuses it: {error}"))),
            Err(error) => return Err(error).context("the import broke off; what came before is there"),
        }
    }
}

async fn try_to_write(
    db: &Db,
    mut known: Known,
    entry: &Entry,
    now: Timestamp,
) -> sqlx::Result<Result<(Saved, Known), String>> {
    let mut tx = db.begin().await?;
    match save(&mut tx, &mut known, entry, Stock::Counted, now).await? {
        Err(taken) => Ok(Err(taken.to_string())),
        Ok(saved) => {
            tx.commit().await?;
            Ok(Ok((saved, known)))
        }
    }
}

/// Lock timeout, deadlock, serialization failure, or two who made the same brand at once.
fn is_tie(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("55P03" | "40P01" | "40001" | "23505"))
}

/// Data exceptions, constraints, limits.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}
