//! Writes products as the rows of a Shopify product export. Importing them again changes nothing.

use std::collections::BTreeSet;

use super::category_paths::{self, CATEGORY_PATHS};
use super::columns::QUANTITY_SEEN;
use super::product::{NO_OPTION, NO_OPTION_VALUE, OPTIONS};
use crate::catalogue::product_file::{guarded, guarded_html};
use crate::catalogue::store::snapshot::{CategoryPaths, ProductSnapshot, VariantSnapshot};

/// The columns, as Shopify names and orders them, and two of our own.
const COLUMNS: [&str; 33] = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    CATEGORY_PATHS,
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
    QUANTITY_SEEN,
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

/// One row, cell by cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells([String; COLUMNS.len()]);

/// Builds as many rows as the product has variants or images, whichever are more. Fails with a reason if the format cannot express the
/// product.
pub fn rows(product: &ProductSnapshot, paths: &CategoryPaths) -> Result<Vec<Cells>, &'static str> {
    let variants: Vec<&VariantSnapshot> = product.variants.iter().filter(|variant| !variant.is_archived).collect();
    let names = option_names(&variants);
    if names.len() > OPTIONS {
        return Err("its variants differ by more than three attributes");
    }
    if variants.is_empty() {
        return Err("it has no variant");
    }
    // The file has one list of attributes for all variants, so an import would remove the attributes that it cannot express.
    if variants.windows(2).any(|pair| matches!(pair, [one, other] if attributes_of(one) != attributes_of(other))) {
        return Err("its variants do not all have the same attributes");
    }
    let mut images: Vec<(&str, &str)> = Vec::new();
    for image in &product.images {
        if !images.iter().any(|(url, _)| *url == image.url) {
            images.push((&image.url, &image.alt_text));
        }
    }
    let count = variants.len().max(images.len());
    let row = |at: usize| {
        let mut row = Cells::empty();
        row.set("Handle", product.handle.as_deref().unwrap_or(&product.slug));
        if at == 0 {
            add_head(&mut row, product, paths, &names);
        }
        if let Some(variant) = variants.get(at) {
            add_variant(&mut row, product, variant, &names);
        }
        if let Some((url, alt_text)) = images.get(at) {
            row.set("Image Src", url);
            row.set("Image Position", &(at + 1).to_string());
            row.set("Image Alt Text", alt_text);
        }
        row
    };
    Ok((0..count).map(row).collect())
}

fn add_head(row: &mut Cells, product: &ProductSnapshot, paths: &CategoryPaths, names: &[&str]) {
    row.set("Title", &product.name);
    row.write("Body (HTML)", guarded_html(&product.description));
    row.set("Vendor", product.brand.as_ref().map_or("", |brand| &brand.name));
    row.set("Type", product.categories.first().map_or("", |category| &category.name));
    row.set(CATEGORY_PATHS, &category_paths::write(&paths.of_product(product)));
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

fn add_variant(row: &mut Cells, product: &ProductSnapshot, variant: &VariantSnapshot, names: &[&str]) {
    let values = ["Option1 Value", "Option2 Value", "Option3 Value"];
    for (column, name) in values.into_iter().zip(names) {
        let value = variant.values.iter().find(|value| value.attribute == *name);
        row.set(column, value.map_or("", |value| &value.value));
    }
    if names.is_empty() {
        row.set("Option1 Value", if variant.name.is_empty() { NO_OPTION_VALUE } else { &variant.name });
    }
    let image = product.images.iter().find(|image| image.variant == Some(variant.id));
    let amount = |money| product.currency.amount(money).to_string();
    row.set("Variant SKU", &variant.sku);
    row.set("Variant Grams", &variant.weight_grams.map(|grams| grams.to_string()).unwrap_or_default());
    row.set("Variant Inventory Tracker", if variant.stock_rules.track_inventory { "shopify" } else { "" });
    row.set("Variant Inventory Qty", &variant.on_hand.to_string());
    row.set(QUANTITY_SEEN, &variant.on_hand.to_string());
    row.set("Variant Inventory Policy", if variant.stock_rules.allow_backorder { "continue" } else { "deny" });
    row.set("Variant Fulfillment Service", "manual");
    row.set("Variant Price", &amount(variant.price));
    row.set("Variant Compare At Price", &variant.compare_at_price.map(amount).unwrap_or_default());
    row.set("Variant Requires Shipping", "true");
    row.set("Variant Taxable", "true");
    row.set("Variant Barcode", variant.barcode.as_deref().unwrap_or_default());
    row.set("Variant Image", image.map_or("", |image| &image.url));
    row.set("Variant Weight Unit", "g");
}

fn attributes_of(variant: &VariantSnapshot) -> BTreeSet<&str> {
    variant.values.iter().map(|value| value.attribute.as_str()).collect()
}

/// Returns the attributes by which the variants differ, in the order of the first variant.
fn option_names<'v>(variants: &[&'v VariantSnapshot]) -> Vec<&'v str> {
    variants.first().map_or(Vec::new(), |first| first.values.iter().map(|value| value.attribute.as_str()).collect())
}

impl Cells {
    fn empty() -> Self {
        Self(std::array::from_fn(|_| String::new()))
    }

    /// Fills a cell. No spreadsheet takes a part of it for a formula.
    fn set(&mut self, column: &str, text: &str) {
        self.write(column, guarded(text));
    }

    fn write(&mut self, column: &str, text: String) {
        let cell = COLUMNS.iter().zip(&mut self.0).find(|(name, _)| **name == column);
        if let Some((_, cell)) = cell {
            *cell = text;
        }
    }
}

/// Writes the header.
pub fn write_header(to: &mut Vec<u8>) -> csv::Result<()> {
    write(to, [COLUMNS])
}

/// Writes the rows of a product.
pub fn write_rows(to: &mut Vec<u8>, rows: &[Cells]) -> csv::Result<()> {
    write(to, rows.iter().map(|row| &row.0))
}

/// Writes records with quotes only where they are needed, and with the line ends of the CSV that Shopify writes.
fn write<R: IntoIterator<Item: AsRef<[u8]>>>(to: &mut Vec<u8>, rows: impl IntoIterator<Item = R>) -> csv::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    rows.into_iter().try_for_each(|row| writer.write_record(row))?;
    Ok(writer.flush()?)
}
