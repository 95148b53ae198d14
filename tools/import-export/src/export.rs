//! `cargo dev export`: writes the catalogue as a Shopify product export. Importing it again changes nothing.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use command_line::terminal::warn;
use shared::app::db::Db;
use shared::catalogue::shopify::{rows, write_header, write_rows};
use shared::catalogue::store::snapshot::{self, CategoryPaths};

/// Products in memory at once.
const BATCH: i64 = 100;

/// Options of the export.
#[derive(Clone, Debug, clap::Args)]
pub struct ExportArgs {
    /// File to write [default: standard output]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Result of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Products in the file.
    pub products: usize,
    /// Products that the format cannot represent. Each was reported.
    pub skipped: usize,
}

/// Exports every product, drafts included.
pub async fn run(db: &Db, args: &ExportArgs) -> anyhow::Result<ExportSummary> {
    match &args.file {
        None => export(db, io::stdout()).await,
        Some(path) => {
            let file = File::create(path).with_context(|| format!("{} could not be written", path.display()))?;
            export(db, BufWriter::new(file)).await
        }
    }
}

/// Writes every product to `to`.
pub async fn export(db: &Db, mut to: impl Write + Send) -> anyhow::Result<ExportSummary> {
    let mut csv = Vec::new();
    write_header(&mut csv)?;
    let mut summary = ExportSummary::default();
    let mut after = None;
    loop {
        let mut tx = db.read().await?;
        let products = snapshot::list_after(&mut tx, after, BATCH).await?;
        let paths = CategoryPaths::read(&mut tx, &products).await?;
        tx.commit().await?;
        to.write_all(&csv)?;
        csv.clear();
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        for product in &products {
            match rows(product, &paths) {
                Ok(rows) => {
                    write_rows(&mut csv, &rows)?;
                    summary.products += 1;
                }
                Err(reason) => {
                    warn(format_args!("{} is skipped: {reason}", product.slug));
                    summary.skipped += 1;
                }
            }
        }
    }
    to.flush()?;
    Ok(summary)
}
