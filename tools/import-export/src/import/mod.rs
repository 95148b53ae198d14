//! `cargo dev import FILE`: imports products or a category tree.

mod summary;
mod taxonomy;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use command_line::terminal::warn;
use indicatif::{ProgressBar, ProgressStyle};
use shared::app::db::Db;
use shared::catalogue::product_file::{
    Batch, Encoding, EncodingScan, FileFormat, FileKind, MAX_HEADER_BYTES, Products, Recognised, RowError, Unrecognised,
};
use shared::catalogue::product_import::ProductImport;
use shared::catalogue::shopify::{self, Scan};
use shared::catalogue::store::write::TaxonomyCounts;
use shared::catalogue::woocommerce;
use shared::catalogue::write::{
    Attempt, DuplicateSkus, ImportBatch, ImportOptions, Refused, SaveError, Saved, Stock, save_imports,
};
use shared::money::Currency;
use shared::shop;
use shared::time::Timestamp;
use shared::users::Stamp;

pub use summary::ImportSummary;

/// Options of the import.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// Shopify or WooCommerce product export (CSV), or a category tree with a line for each category, such as Google's product taxonomy. The format is
    /// recognised. New variants get the stock of the file; existing ones keep theirs
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Also set the stock of each variant whose stock still is the one in the column "Variant Inventory Qty Seen", which exports have
    #[arg(long)]
    pub compare_stock: bool,

    /// Also set the stock of every variant, whatever was sold since the file was written, unless units of it are backordered
    #[arg(long, conflicts_with = "compare_stock")]
    pub set_stock: bool,

    /// Change no stock: new variants have nothing on hand and are tracked, and what the file says about stock is ignored
    #[arg(long, conflicts_with_all = ["compare_stock", "set_stock"])]
    pub keep_stock: bool,

    /// Keep variants that the file does not have. Otherwise a file that has all variants of a product removes the others
    #[arg(long)]
    pub keep_missing_variants: bool,

    /// Treatment of a SKU that an earlier row or another product has: refuse the product, or give the variant the SKU with a number
    #[arg(long, value_name = "refuse|suffix", default_value = "refuse", value_parser = duplicate_skus)]
    pub duplicate_skus: DuplicateSkus,

    /// Write nothing; only say what the import would do
    #[arg(long)]
    pub dry_run: bool,
}

impl ImportArgs {
    fn stock(&self) -> Stock {
        match (self.compare_stock, self.set_stock, self.keep_stock) {
            (true, ..) => Stock::Compare,
            (_, true, _) => Stock::Set,
            (.., true) => Stock::Keep,
            (false, false, false) => Stock::Initial,
        }
    }

    fn options(&self) -> ImportOptions {
        let Self { keep_missing_variants, duplicate_skus, dry_run, .. } = *self;
        ImportOptions { stock: self.stock(), keep_missing_variants, duplicate_skus, dry_run }
    }
}

fn duplicate_skus(text: &str) -> Result<DuplicateSkus, String> {
    text.parse().map_err(|_| "write refuse or suffix".to_owned())
}

/// Result of an import, by the kind of file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Result of importing products.
    Products(ImportSummary),
    /// A category tree.
    Taxonomy(TaxonomyCounts),
}

impl Imported {
    /// Returns the number of rows that failed.
    pub fn rows_failed(&self) -> usize {
        match self {
            Self::Products(summary) => summary.rows_failed,
            Self::Taxonomy(_) => 0,
        }
    }
}

impl std::fmt::Display for Imported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Products(summary) => summary.fmt(f),
            Self::Taxonomy(TaxonomyCounts { created, unchanged }) => {
                write!(f, "categories {created:>6} created {unchanged:>6} unchanged")
            }
        }
    }
}

/// Imports a file; prints progress and the errors of rows on standard error.
pub async fn run(db: &Db, args: &ImportArgs, now: Timestamp) -> anyhow::Result<Imported> {
    let imported = if taxonomy::is_taxonomy(&args.file)? {
        Imported::Taxonomy(taxonomy::import(db, &args.file, args.dry_run).await?)
    } else {
        Imported::Products(import_products(db, args, now).await?)
    };
    if args.dry_run {
        warn("This was a dry run: nothing was written.");
    }
    Ok(imported)
}

async fn import_products(db: &Db, args: &ImportArgs, now: Timestamp) -> anyhow::Result<ImportSummary> {
    let name = args.file.display();
    let open = || File::open(&args.file).map(BufReader::new);
    let currency = currency_of_shop(db).await?;
    let file =
        ProductFile::read(open, args.options(), currency, now).with_context(|| format!("{name} cannot be imported"))?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} products, {eta} left")?;
    let bar = ProgressBar::new(file.count).with_style(style);
    let mut report = |error: RowError| bar.suspend(|| warn(format_args!("{name}:{}: {}", error.line, error.reason)));
    let summary = import(db, file, now, &mut report, &|products| bar.inc(products)).await;
    bar.finish_and_clear();
    summary
}

/// A file of products to import.
#[derive(Debug)]
pub struct ProductFile<R> {
    /// The format of the file.
    pub format: FileFormat,
    /// The products of the file.
    pub products: Products<R>,
    /// Number of its products.
    pub count: u64,
    /// The currency of its prices.
    pub currency: Currency,
    /// The choices of the person who imports it.
    pub options: ImportOptions,
}

impl<R: BufRead> ProductFile<R> {
    /// Recognises a file and finds its products. `open` opens the file, each time that it is read. Prices are read in this currency, and of
    /// sales those that are on at the time `now`.
    pub fn read(
        open: impl Fn() -> io::Result<R>,
        options: ImportOptions,
        currency: Currency,
        now: Timestamp,
    ) -> Result<Self, Unrecognised> {
        let encoding = encoding(open()?)?;
        let mut beginning = Vec::new();
        open()?.take(MAX_HEADER_BYTES).read_to_end(&mut beginning)?;
        let file = Recognised::of(&beginning, encoding, None)?;
        let (products, count) = match file.format.kind {
            FileKind::ShopifyCsv => {
                let mut scan = Scan::default();
                scan.read(&mut file.rows(open()?)?, &file.header)?;
                let count = scan.products;
                let scattered = Arc::new(scan.into_scattered());
                let products = shopify::Products::new(file.rows(open()?)?, &file.header, scattered, currency)
                    .with_repeated_skus(options.duplicate_skus == DuplicateSkus::Suffix);
                (Products::Shopify(Box::new(products)), count)
            }
            FileKind::WooCommerceCsv => {
                let mut all = Vec::new();
                open()?.take(woocommerce::MAX_BYTES + 1).read_to_end(&mut all)?;
                if all.len() as u64 > woocommerce::MAX_BYTES {
                    return Err(Unrecognised::TooLarge);
                }
                let products = woocommerce::Products::new(all, &file, currency, now)?;
                let count = products.count();
                (Products::WooCommerce(Box::new(products)), count)
            }
        };
        Ok(Self { format: file.format, products, count, currency, options })
    }
}

/// Recognises the encoding of a file, of which all bytes are read.
fn encoding(mut file: impl BufRead) -> Result<Encoding, Unrecognised> {
    let mut scan = EncodingScan::default();
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return scan.finish();
        }
        scan.read(bytes);
        let read = bytes.len();
        file.consume(read);
    }
}

/// Imports up to a hundred products at a time; each product completely or not at all.
pub async fn import<R: BufRead>(
    db: &Db,
    ProductFile { format, mut products, currency, options, .. }: ProductFile<R>,
    now: Timestamp,
    report: &mut (dyn FnMut(RowError) + Send),
    done_with: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<ImportSummary> {
    products.check_stock(options.stock)?;
    let mut summary = ImportSummary { format: Some(format), stock: options.stock, ..ImportSummary::default() };
    let writer = Writer { db, kind: format.kind, currency, options, now };
    while let Some(mut batch) = products.batch()? {
        done_with(u64::try_from(batch.products()).unwrap_or_default());
        writer.write(&mut batch, &mut summary).await?;
        batch.errors.sort_by_key(|error| error.line);
        summary.rows_failed += batch.errors.len();
        summary.products_skipped += batch.skipped;
        batch.errors.into_iter().for_each(&mut *report);
    }
    Ok(summary)
}

/// Returns the currency in which the prices of files are.
pub async fn currency_of_shop(db: &Db) -> sqlx::Result<Currency> {
    let mut tx = db.read().await?;
    let currency = shop::store::currency(&mut tx).await?;
    tx.commit().await?;
    Ok(currency)
}

/// Writes the products of a file to the database.
struct Writer<'a> {
    db: &'a Db,
    kind: FileKind,
    /// The currency of the prices.
    currency: Currency,
    options: ImportOptions,
    now: Timestamp,
}

impl Writer<'_> {
    /// Writes the products of a batch. Fails if none could be written.
    async fn write(&self, batch: &mut Batch, summary: &mut ImportSummary) -> anyhow::Result<()> {
        let entries = std::mem::take(&mut batch.entries);
        let products: Vec<&ProductImport> = entries.iter().map(|(_, entry)| entry).collect();
        let mut attempt = Attempt::default();
        let saved = loop {
            let batch = ImportBatch {
                products: &products,
                kind: self.kind,
                skus: &batch.skus,
                currency: self.currency,
                options: self.options,
                together: attempt.together,
            };
            match self.try_to_write(batch).await {
                Ok(saved) => break saved,
                Err(error) => attempt.again_after(error).context("the import failed; earlier batches are committed")?,
            }
        };
        for ((line, entry), saved) in entries.iter().zip(saved) {
            match saved {
                Ok(saved) => {
                    summary.add(&saved);
                    if self.options.stock != Stock::Keep {
                        summary.variants_untracked += entry.untracked();
                        summary.variants_backorderable += entry.backorderable();
                    }
                }
                Err(refused) => batch.skip(refused.line(entry, *line), refused.reason),
            }
        }
        Ok(())
    }

    async fn try_to_write(&self, batch: ImportBatch<'_>) -> Result<Vec<Result<Saved, Refused>>, SaveError> {
        let mut tx = self.db.begin().await?;
        let saved = save_imports(&mut tx, batch, Stamp::of_system(self.now)).await?;
        tx.commit().await?;
        Ok(saved)
    }
}
