//! Reads the rows of one product. The errors of all rows are found; with one of them the product is refused.

use super::attributes::{self, Expanded, Options, ProductOptions};
use super::cells;
use super::columns::{Column, Columns};
use super::prices::{self, Prices};
use super::stock::{self, Stock};
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

/// Returns true if the values of a product's variations are those that the product lists, and no two variations have the same.
pub(super) fn variations_fit(head: &Row, variations: &[Row], columns: &Columns) -> bool {
    let sold: Vec<Row> = variations.iter().filter(|row| is_enabled(row, columns)).cloned().collect();
    ProductOptions::read(head, &sold, columns).fit
}

struct Reading<'c> {
    rules: Rules<'c>,
    errors: Vec<RowError>,
}

impl<'c> Reading<'c> {
    fn note<T>(&mut self, row: &Row, read: Result<T, String>) -> Option<T> {
        note(&mut self.errors, row, read)
    }

    const fn columns(&self) -> &'c Columns {
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
        if rows.handle.chars().count() > MAX_HANDLE {
            return Err(format!("\"{}\" has more than {MAX_HANDLE} characters", columns.name(Column::Sku)));
        }
        let name = row.text(columns, Column::Name, MAX_NAME)?;
        if name.is_none() && columns.has(Column::Name) {
            return Err(format!("\"{}\" is empty", columns.name(Column::Name)));
        }
        let has_variations = rows.variations.as_ref().is_none_or(|variations| !variations.is_empty());
        Ok(ProductImport {
            handle: rows.handle.clone(),
            has_slug_of_name: true,
            name,
            description: self.description(row)?,
            brand: self.brand(row)?,
            categories: self.categories(row)?,
            tags: self.list(row, Column::Tags).map(tags).transpose()?,
            is_published: self.is_published(row)?,
            has_all_variants: self.rules.is_whole && has_variations && columns.has_all_variants(),
            has_all_options: columns.has(Column::AttributeName(1)),
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
            return Err(format!("the descriptions have more than {MAX_DESCRIPTION} characters"));
        }
        Ok(Some(clean_html(&all)))
    }

    /// Returns the first brand. A brand below another one is known by its own name.
    fn brand(&self, row: &Row) -> Result<Patch<String>, String> {
        let Some(brands) = self.list(row, Column::Brands) else { return Ok(Patch::Keep) };
        let name = brands.first().and_then(|brand| brand.split('>').next_back()).map(|name| name.trim().to_owned());
        if name.as_ref().is_some_and(|name| name.chars().count() > MAX_LABEL_NAME) {
            return Err(format!("the brand has more than {MAX_LABEL_NAME} characters"));
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

    /// Returns true if shoppers see the product. One that only its address leads to is a draft.
    fn is_published(&self, row: &Row) -> Result<Option<bool>, String> {
        let columns = self.columns();
        let published = match row.cell(columns, Column::Published).map(str::to_ascii_lowercase).as_deref() {
            None => None,
            Some("1" | "true" | "yes") => Some(true),
            Some("0" | "-1" | "2" | "false" | "no") => Some(false),
            Some(other) => {
                let name = columns.name(Column::Published);
                return Err(format!("\"{name}\" is \"{other}\": it must be 1 (published), 0 (private) or -1 (draft)"));
            }
        };
        let visibility = row.cell(columns, Column::Visibility);
        let is_hidden = visibility.is_some_and(|visibility| visibility.eq_ignore_ascii_case("hidden"));
        Ok(if is_hidden { Some(false) } else { published })
    }

    fn images(&self, row: &Row) -> Result<ImportImages, String> {
        let Some(urls) = self.urls(row)? else { return Ok(ImportImages::default()) };
        let mut all: Vec<ImportImage> = Vec::new();
        for url in urls {
            if !all.iter().any(|other| other.url == url) {
                all.push(ImportImage { url, alt_text: None });
            }
        }
        Ok(ImportImages { all: Some(all), is_ordered: true })
    }

    fn urls(&self, row: &Row) -> Result<Option<Vec<String>>, String> {
        let name = self.columns().name(Column::Images);
        let urls = self.list(row, Column::Images);
        urls.map(|urls| urls.iter().map(|url| image_url(url, &name)).collect()).transpose()
    }

    /// Reads the only variant of a simple product.
    fn simple(&self, row: &Row) -> Result<ImportVariant, String> {
        let columns = self.columns();
        let options = columns.has(Column::AttributeName(1)).then(|| attributes::of_simple(row, columns));
        let sku = row.text(columns, Column::Sku, MAX_SKU)?;
        Ok(ImportVariant { sku, options, ..self.variant(row, row, stock::read(row, columns)?)? })
    }

    /// Reads the variations, in the order in which the shop shows them.
    fn variations(&mut self, head: &Row, rows: &[Row]) -> Vec<ImportVariant> {
        let columns = self.columns();
        let mut rows: Vec<Row> = rows.iter().filter(|row| is_enabled(row, columns)).cloned().collect();
        let position = |row: &Row| row.cell(columns, Column::Position).and_then(|cell| cell.parse::<i64>().ok());
        rows.sort_by_key(|row| position(row).unwrap_or_default());
        if rows.len() > MAX_VARIANTS {
            self.note::<()>(head, Err(too_many_variants()));
            return Vec::new();
        }
        let mut options = ProductOptions::read(head, &rows, columns);
        let shared = self.shared(head, &rows);
        let Some(shared) = self.note(head, shared) else { return Vec::new() };
        let mut all = Vec::new();
        for row in &rows {
            let read = self.variation(head, row, &mut options, shared);
            all.extend(self.note(row, read).unwrap_or_default());
            // A variation of any value stands for many variants.
            if all.len() > MAX_VARIANTS {
                break;
            }
        }
        all
    }

    /// Returns the stock that the variations share, if they share one; fails if it is more than one variation that does.
    fn shared(&self, head: &Row, rows: &[Row]) -> Result<Stock, String> {
        let columns = self.columns();
        let sharing = rows.iter().filter(|row| stock::is_shared(row, head, columns)).count();
        if sharing == 0 {
            return Ok(Stock::default());
        }
        let stock = stock::read(head, columns)?;
        match stock.on_hand {
            Some(units @ 1..) if sharing > 1 => Err(format!(
                "\"{}\" is \"{units}\": {sharing} variations share these units, but here each variant has its own; in WooCommerce, turn on \
                 \"Manage stock?\" for each variation and say how many there are of it",
                columns.name(Column::Stock)
            )),
            _ => Ok(stock),
        }
    }

    fn variation(
        &self,
        head: &Row,
        row: &Row,
        options: &mut ProductOptions,
        shared: Stock,
    ) -> Result<Vec<ImportVariant>, String> {
        let columns = self.columns();
        let stock = if stock::is_shared(row, head, columns) { shared } else { stock::read(row, columns)? };
        let variant = ImportVariant { image: self.image(row)?, ..self.variant(row, head, stock)? };
        let sku = row.text(columns, Column::Sku, MAX_SKU)?;
        if !columns.has(Column::AttributeName(1)) {
            return Ok(vec![ImportVariant { sku, ..variant }]);
        }
        let Expanded { variants, any } = options.expand(row, columns)?;
        if variants.len() > 1 && stock.on_hand.is_some_and(|units| units > 0) {
            return Err(format!(
                "\"{}\" is \"{}\": {} variants would share these units, because the variation has any {}; in WooCommerce, create a variation \
                 for each value",
                columns.name(Column::Stock),
                stock.on_hand.unwrap_or_default(),
                variants.len(),
                any.join(" and any ")
            ));
        }
        let with = |options: Options| -> Result<ImportVariant, String> {
            let sku = sku.as_deref().map(|sku| sku_of(sku, &options, &any)).transpose()?;
            Ok(ImportVariant { sku, options: Some(options), ..variant.clone() })
        };
        variants.into_iter().map(with).collect()
    }

    fn image(&self, row: &Row) -> Result<Patch<String>, String> {
        Ok(self.urls(row)?.map_or(Patch::Keep, |urls| Patch::replace(urls.into_iter().next())))
    }

    /// Reads what simple products and variations have alike. A variation without a weight weighs what its product weighs.
    fn variant(&self, row: &Row, head: &Row, stock: Stock) -> Result<ImportVariant, String> {
        let columns = self.columns();
        let Prices { price, compare_at } = prices::read(row, columns, self.rules.currency, self.rules.now)?;
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
            return Err("none of its variations is enabled".to_owned());
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

fn too_many_variants() -> String {
    format!("the product has more than {MAX_VARIANTS} variants")
}

/// Returns true unless the shop has switched the variation off. Variations of a draft have its -1.
fn is_enabled(row: &Row, columns: &Columns) -> bool {
    row.cell(columns, Column::Published) != Some("0")
}

/// Returns the SKU of one of the variants for which a variation stands: that of the variation and the values that it leaves open.
fn sku_of(sku: &str, options: &Options, any: &[String]) -> Result<String, String> {
    let open = options.iter().filter(|(name, _)| any.contains(name)).map(|(_, value)| value.as_str());
    let sku = std::iter::once(sku).chain(open).collect::<Vec<_>>().join("-");
    if sku.chars().count() > MAX_SKU {
        return Err(format!("the SKU \"{sku}\" of one of its variants has more than {MAX_SKU} characters"));
    }
    Ok(sku)
}
