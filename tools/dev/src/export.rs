//! `cargo dev export`: the catalogue as a Shopify product export. Imported again it changes nothing.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use shared::app::db::Db;
use shared::catalogue::store::whole::{self, WholeProduct, WholeVariant};

use crate::entry::ONLY_VARIANT;
use crate::import::{NO_OPTION, NO_OPTION_VALUE, OPTIONS};
use crate::terminal::warn;

/// How many products are in memory at once.
const AT_ONCE: i64 = 100;

/// The columns, as Shopify names and orders them.
const COLUMNS: [&str; 31] = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Fulfillment Service",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "Variant Image",
    "Variant Weight Unit",
    "Status",
];

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

pub(crate) async fn export(db: &Db, to: impl Write + Send) -> anyhow::Result<ExportSummary> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    csv.write_record(COLUMNS)?;
    let mut summary = ExportSummary::default();
    let mut after = None;
    loop {
        let mut tx = db.read().await?;
        let products = whole::list_after(&mut tx, after, AT_ONCE).await?;
        tx.commit().await?;
        let Some(last) = products.last() else { break };
        after = Some(last.id);
        for product in &products {
            match rows(product) {
                Ok(rows) => {
                    rows.iter().try_for_each(|row| csv.write_record(row))?;
                    summary.products += 1;
                }
                Err(reason) => {
                    warn(format_args!("{} is left out: {reason}", product.slug));
                    summary.left_out += 1;
                }
            }
        }
    }
    csv.flush()?;
    Ok(summary)
}

type Row = [String; COLUMNS.len()];

/// As many rows as there are variants or images, whichever are more.
fn rows(product: &WholeProduct) -> Result<Vec<Row>, &'static str> {
    let names = option_names(product);
    if names.len() > OPTIONS {
        return Err("its variants differ by more than three attributes");
    }
    if product.variants.is_empty() {
        return Err("it has no variant");
    }
    let mut images: Vec<(&str, &str)> = Vec::new();
    for image in &product.images {
        if !images.iter().any(|(url, _)| *url == image.url) {
            images.push((&image.url, &image.alt_text));
        }
    }
    let count = product.variants.len().max(images.len());
    let row = |at: usize| {
        let mut row = Cells(Row::default());
        row.set("Handle", &product.slug);
        if at == 0 {
            add_head(&mut row, product, &names);
        }
        if let Some(variant) = product.variants.get(at) {
            add_variant(&mut row, product, variant, &names);
        }
        if let Some((url, alt_text)) = images.get(at) {
            row.set("Image Src", url);
            row.set("Image Position", &(at + 1).to_string());
            row.set("Image Alt Text", alt_text);
        }
        row.0
    };
    Ok((0..count).map(row).collect())
}

fn add_head(row: &mut Cells, product: &WholeProduct, names: &[&str]) {
    row.set("Title", &product.name);
    row.set("Body (HTML)", &product.description);
    row.set("Vendor", product.brand.as_ref().map_or("", |brand| &brand.name));
    row.set("Type", product.categories.first().map_or("", |category| &category.name));
    row.set("Tags", &product.tags.join(", "));
    row.set("Published", if product.status == "active" { "true" } else { "false" });
    row.set("Gift Card", "false");
    row.set("Status", &product.status);
    for (column, name) in ["Option1 Name", "Option2 Name", "Option3 Name"].into_iter().zip(names) {
        row.set(column, name);
    }
    if names.is_empty() {
        row.set("Option1 Name", NO_OPTION);
    }
}

fn add_variant(row: &mut Cells, product: &WholeProduct, variant: &WholeVariant, names: &[&str]) {
    let values = ["Option1 Value", "Option2 Value", "Option3 Value"];
    for (column, name) in values.into_iter().zip(names) {
        let value = variant.options.iter().find(|(other, _)| other == name);
        row.set(column, value.map_or("", |(_, value)| value));
    }
    if names.is_empty() {
        row.set("Option1 Value", if variant.name == ONLY_VARIANT { NO_OPTION_VALUE } else { &variant.name });
    }
    let image = product.images.iter().find(|image| image.variant == Some(variant.id));
    row.set("Variant SKU", &variant.sku);
    row.set("Variant Grams", &variant.weight_grams.map(|grams| grams.to_string()).unwrap_or_default());
    row.set("Variant Inventory Tracker", "shopify");
    row.set("Variant Inventory Qty", &variant.on_hand.to_string());
    row.set("Variant Inventory Policy", "deny");
    row.set("Variant Fulfillment Service", "manual");
    row.set("Variant Price", &variant.price.to_string());
    row.set("Variant Compare At Price", &variant.compare_at_price.map(|price| price.to_string()).unwrap_or_default());
    row.set("Variant Requires Shipping", "true");
    row.set("Variant Taxable", "true");
    row.set("Variant Barcode", variant.barcode.as_deref().unwrap_or_default());
    row.set("Variant Image", image.map_or("", |image| &image.url));
    row.set("Variant Weight Unit", "g");
}

/// The attributes by which the variants differ, in the order in which the first variant's name has their values.
fn option_names(product: &WholeProduct) -> Vec<&str> {
    let Some(first) = product.variants.first() else { return Vec::new() };
    let mut options: Vec<&(String, String)> = first.options.iter().collect();
    options.sort_by_key(|(_, value)| first.name.find(value.as_str()));
    options.into_iter().map(|(name, _)| name.as_str()).collect()
}

struct Cells(Row);

impl Cells {
    /// Fills a cell. A spreadsheet takes a text that begins so for a formula; an apostrophe keeps it from that, and the import
    /// takes it off again.
    fn set(&mut self, column: &str, text: &str) {
        let is_risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
        let cell = COLUMNS.iter().zip(&mut self.0).find(|(name, _)| **name == column);
        if let Some((_, cell)) = cell {
            *cell = if is_risky { format!("'{text}") } else { text.to_owned() };
        }
    }
}
