//! Reads the rows of one product. The errors of all rows are found; with one of them the product is refused.

use super::columns::{Column, Columns};
use super::prices::{self, Prices};
use super::stock::{self, Stock};
use super::{attributes, cells, publication};
use crate::catalogue::clean_html;
use crate::catalogue::limits::{
    MAX_DESCRIPTION, MAX_GRAMS, MAX_HANDLE, MAX_IMAGES, MAX_LABEL_NAME, MAX_LABELS, MAX_NAME, MAX_SKU, MAX_VARIANTS,
};
use crate::catalogue::product_file::{Row, RowError, image_url, note, path, tags};
use crate::catalogue::product_import::{ImportImage, ImportImages, ImportVariant, ProductImport};
use crate::money::Currency;
use crate::patch::Patch;
use crate::time::Timestamp;

/// The rows of a product.
#[derive(Clone, Debug)]
pub(super) struct ProductRows {
    /// The name by which the product is known.
    pub(super) handle: String,
    /// The row of the product itself.
    pub(super) head: Row,
    /// The rows of its variations; `None` if it is a simple product.
    pub(super) variations: Option<Vec<Row>>,
}

/// The rules for all products of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'c> {
    pub(super) columns: &'c Columns,
    /// False if a row may be a variation of another product than the one that it names, or of any.
    pub(super) is_whole: bool,
    /// The currency of the prices.
    pub(super) currency: Currency,
    /// The time of the import, for sales that begin or end.
    pub(super) now: Timestamp,
}

/// Reads the rows of one product.
pub(super) fn read(rows: &ProductRows, rules: Rules<'_>) -> Result<ProductImport, Vec<RowError>> {
    let mut reading = Reading { rules, errors: Vec::new() };
    let head = reading.head(rows);
    let entry = reading.note(&rows.head, head);
    let variants = match &rows.variations {
        None => {
            let variant = reading.simple(&rows.head);
            reading.note(&rows.head, variant).into_iter().collect()
        }
        Some(variations) => reading.variations(&rows.head, variations),
    };
    if reading.errors.is_empty() {
        let checked = reading.check_count(rows, &variants);
        reading.note(&rows.head, checked);
    }
    match entry {
        Some(entry) if reading.errors.is_empty() => Ok(ProductImport { variants, ..entry }),
        _ => {
            reading.errors.sort_by_key(|error| error.line);
            Err(reading.errors)
        }
    }
}

/// The reading of one product.
pub(super) struct Reading<'c> {
    rules: Rules<'c>,
    errors: Vec<RowError>,
}

impl<'c> Reading<'c> {
    pub(super) fn note<T>(&mut self, row: &Row, read: Result<T, String>) -> Option<T> {
        note(&mut self.errors, row, read)
    }

    pub(super) const fn columns(&self) -> &'c Columns {
        self.rules.columns
    }

    /// Returns the values of a cell; `None` if the file does not have the column.
    fn list(&self, row: &Row, column: Column) -> Option<Vec<String>> {
        let cell = row.cell(self.columns(), column).unwrap_or_default();
        self.columns().has(column).then(|| cells::list(cell))
    }

    /// Reads the fields of the product.
    fn head(&self, rows: &ProductRows) -> Result<ProductImport, String> {
        let (row, columns) = (&rows.head, self.columns());
        attributes::check_pairs(row, columns)?;
        if rows.handle.chars().count() > MAX_HANDLE {
            return Err(format!("\"{}\" has more than {MAX_HANDLE} characters", columns.name(Column::Sku)));
        }
        let name = row.text(columns, Column::Name, MAX_NAME)?;
        if name.is_none() && columns.has(Column::Name) {
            return Err(format!("\"{}\" is empty", columns.name(Column::Name)));
        }
        let has_variations = rows.variations.as_ref().is_none_or(|variations| !variations.is_empty());
        let mut all = std::iter::once(row).chain(rows.variations.iter().flatten());
        let may_be_cut_off = all.any(Row::may_be_cut_off);
        Ok(ProductImport {
            handle: rows.handle.clone(),
            has_slug_of_name: true,
            name,
            description: self.description(row)?,
            brand: self.brand(row)?,
            categories: self.categories(row)?,
            tags: self.list(row, Column::Tags).map(tags).transpose()?,
            is_published: publication::is_published(row, columns)?,
            has_all_variants: self.rules.is_whole && has_variations && !may_be_cut_off && columns.has_all_variants(),
            option_columns: columns.attributes().len(),
            images: self.images(row)?,
            ..ProductImport::default()
        })
    }

    /// Joins the short description and the long one, as far as the file has them.
    fn description(&self, row: &Row) -> Result<Option<String>, String> {
        let columns = self.columns();
        let of = [Column::ShortDescription, Column::Description];
        if !of.iter().any(|column| columns.has(*column)) {
            return Ok(None);
        }
        let texts = of.iter().map(|column| Ok(row.text(columns, *column, MAX_DESCRIPTION)?.unwrap_or_default()));
        let parts: Vec<String> =
            texts.map(|text| text.map(|text| cells::html(&text))).collect::<Result<_, String>>()?;
        let all = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n");
        if all.chars().count() > MAX_DESCRIPTION {
            let [short, long] = of.map(|column| columns.name(column));
            return Err(format!("\"{short}\" and \"{long}\" together have more than {MAX_DESCRIPTION} characters"));
        }
        Ok(Some(clean_html(&all)))
    }

    /// Returns the first brand. A brand below another one is known by its own name.
    fn brand(&self, row: &Row) -> Result<Patch<String>, String> {
        let Some(brands) = self.list(row, Column::Brands) else { return Ok(Patch::Keep) };
        let name = brands.first().and_then(|brand| brand.split('>').next_back()).map(|name| name.trim().to_owned());
        if name.as_ref().is_some_and(|name| name.chars().count() > MAX_LABEL_NAME) {
            let column = self.columns().name(Column::Brands);
            return Err(format!("the brand in \"{column}\" has more than {MAX_LABEL_NAME} characters"));
        }
        Ok(Patch::replace(name.filter(|name| !name.is_empty())))
    }

    fn categories(&self, row: &Row) -> Result<Patch<Vec<Vec<String>>>, String> {
        let Some(all) = self.list(row, Column::Categories) else { return Ok(Patch::Keep) };
        let paths: Vec<Vec<String>> = all.iter().map(|text| path(text)).collect::<Result<_, String>>()?;
        let paths: Vec<Vec<String>> = paths.into_iter().filter(|path| !path.is_empty()).collect();
        if paths.len() > MAX_LABELS {
            return Err(format!("the product has more than {MAX_LABELS} categories"));
        }
        Ok(Patch::replace(Some(paths).filter(|paths| !paths.is_empty())))
    }

    fn images(&self, row: &Row) -> Result<ImportImages, String> {
        let Some(urls) = self.urls(row)? else { return Ok(ImportImages::default()) };
        let mut all: Vec<ImportImage> = Vec::new();
        for url in urls {
            if !all.iter().any(|other| other.url == url) {
                all.push(ImportImage { url, alt_text: None });
            }
        }
        Ok(ImportImages { all: Some(all), is_ordered: true, ..ImportImages::default() })
    }

    fn urls(&self, row: &Row) -> Result<Option<Vec<String>>, String> {
        let name = self.columns().name(Column::Images);
        let urls = self.list(row, Column::Images);
        urls.map(|urls| urls.iter().map(|url| image_url(url, &name)).collect()).transpose()
    }

    /// Reads the only variant of a simple product.
    fn simple(&self, row: &Row) -> Result<ImportVariant, String> {
        let columns = self.columns();
        let has_options = !columns.attributes().is_empty();
        let options = has_options.then(|| attributes::of_simple(row, columns)).transpose()?;
        let sku = row.text(columns, Column::Sku, MAX_SKU)?;
        Ok(ImportVariant { sku, options, ..self.variant(row, row, stock::read(row, columns)?)? })
    }

    pub(super) fn image(&self, row: &Row) -> Result<Patch<String>, String> {
        Ok(self.urls(row)?.map_or(Patch::Keep, |urls| Patch::replace(urls.into_iter().next())))
    }

    /// Reads what simple products and variations have alike. A variation without a weight weighs what its product weighs.
    pub(super) fn variant(&self, row: &Row, head: &Row, stock: Stock) -> Result<ImportVariant, String> {
        let columns = self.columns();
        let Prices { price, compare_at, only } = prices::read(row, columns, self.rules.currency, self.rules.now)?;
        let weight_grams = match columns.weight() {
            None => Patch::Keep,
            Some((column, unit)) => {
                let grams = |row: &Row| row.measure(columns, column, unit.grams(), MAX_GRAMS);
                let weight = match grams(row)? {
                    None => grams(head)?,
                    own => own,
                };
                Patch::replace(weight.map(|grams| grams.max(0)))
            }
        };
        Ok(ImportVariant {
            line: row.place.line,
            price,
            compare_at_price: compare_at,
            only_price: only,
            barcode: row.patch(columns, Column::Gtin, row.text(columns, Column::Gtin, MAX_SKU)?),
            weight_grams,
            on_hand: stock.on_hand,
            track_inventory: stock.track_inventory,
            allow_backorder: stock.allow_backorder,
            ..ImportVariant::default()
        })
    }

    /// Checks that a product with all its variants has some, and that no limit is exceeded.
    fn check_count(&self, rows: &ProductRows, variants: &[ImportVariant]) -> Result<(), String> {
        if rows.variations.as_ref().is_some_and(|variations| !variations.is_empty()) && variants.is_empty() {
            let column = self.columns().name(Column::Published);
            return Err(format!(
                "all its variations are switched off: \"{column}\" is 0; publish one of them, or remove the product from the file"
            ));
        }
        if variants.len() > MAX_VARIANTS {
            return Err(too_many_variants());
        }
        match self.urls(&rows.head)?.map_or(0, |urls| urls.len()) {
            count if count > MAX_IMAGES => Err(format!("the product has more than {MAX_IMAGES} images")),
            _ => Ok(()),
        }
    }
}

pub(super) fn too_many_variants() -> String {
    format!("the product has more than {MAX_VARIANTS} variants")
}
