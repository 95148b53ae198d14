//! `cargo dev export`: the catalogue as a Shopify product export. Imported again it changes nothing.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use shared::app::db::Db;
use shared::catalogue::shopify::{rows, write_header, write_rows};
use shared::catalogue::store::snapshot;

use crate::terminal::warn;

/// How many products are in memory at once.
const AT_ONCE: i64 = 100;

/// Where the catalogue goes.
#[derive(Clone, Debug, clap::Args)]
pub struct ExportArgs {
    /// The file to write; without one, standard output
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Products that are in the file.
    pub products: usize,
    /// Products that the format cannot say. Each was named.
    pub left_out: usize,
}

/// Writes every product, drafts included.
pub async fn run(db: &Db, args: &ExportArgs) -> anyhow::Result<ExportSummary> {
    match &args.file {
        None => export(db, io::stdout()).await,
        Some(path) => {
            let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
            export(db, BufWriter::new(file)).await
        }
    }
}

pub(crate) async fn export(db: &Db, mut to: impl Write + Send) -> anyhow::Result<ExportSummary> {
    let mut csv = Vec::new();
    write_header(&mut csv)?;
    let mut summary = ExportSummary::default();
    let mut after = None;
    loop {
        let mut tx = db.read().await?;
        let products = snapshot::list_after(&mut tx, after, AT_ONCE).await?;
        tx.commit().await?;
        to.write_all(&csv)?;
        csv.clear();
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        for product in &products {
            match rows(product) {
                Ok(rows) => {
                    write_rows(&mut csv, &rows)?;
                    summary.products += 1;
                }
                Err(reason) => {
                    warn(format_args!("{} is left out: {reason}", product.slug));
                    summary.left_out += 1;
                }
            }
        }
    }
    to.flush()?;
    Ok(summary)
}
