//! Reads the rows of one product. The errors of all rows are found; with one of them the product is refused.

use std::collections::HashMap;

use super::{Column, Columns, Row, RowError};
use crate::catalogue::limits::{
    MAX_ALT_TEXT, MAX_ATTRIBUTE, MAX_DESCRIPTION, MAX_GRAMS, MAX_HANDLE, MAX_IMAGES, MAX_LABEL_NAME, MAX_LABELS,
    MAX_NAME, MAX_SKU, MAX_TAG, MAX_VALUE, MAX_VARIANTS,
};
use crate::catalogue::product_import::{ImportImage, ImportVariant, ProductImport, variant_name};
use crate::catalogue::{Status, clean_html, name_key};

/// Shopify's name for the only option of a product without options.
pub(crate) const NO_OPTION: &str = "Title";
pub(crate) const NO_OPTION_VALUE: &str = "Default Title";

/// Maximum number of options of a product.
pub(crate) const OPTIONS: usize = 3;

/// Reads the rows of one product.
pub(super) fn read(rows: &[Row], columns: &Columns) -> Result<ProductImport, Vec<RowError>> {
    let mut reading = Reading {
        columns,
        entry: ProductImport::default(),
        images: Vec::new(),
        seen: HashMap::new(),
        errors: Vec::new(),
    };
    let Some(first) = rows.first() else { return Err(Vec::new()) };
    let unreadable =
        rows.iter().filter_map(|row| row.error.clone().map(|reason| RowError { line: row.place.line, reason }));
    reading.errors.extend(unreadable);
    if first.error.is_some() {
        return Err(reading.errors);
    }
    let head = reading.head(first);
    reading.note(first, head);
    let names = reading.option_names(first);
    // The values of the options cannot be checked without the names.
    let Some(names) = reading.note(first, names) else { return Err(reading.errors) };
    for row in rows.iter().filter(|row| row.error.is_none()) {
        let read = reading.variant(row, &names, rows.len() == 1).and_then(|()| reading.image(row));
        reading.note(row, read);
    }
    reading.finish(first)
}

struct Reading<'c> {
    columns: &'c Columns,
    entry: ProductImport,
    /// The images with the positions that the file gives them.
    images: Vec<(i32, ImportImage)>,
    /// The line of each combination of option values, and of each SKU, with its first spelling.
    seen: HashMap<String, (String, u64)>,
    errors: Vec<RowError>,
}

impl Reading<'_> {
    /// Records the error of a row. Only the first error of a row counts.
    fn note<T>(&mut self, row: &Row, read: Result<T, String>) -> Option<T> {
        if let Err(reason) = &read
            && self.errors.iter().all(|error| error.line != row.place.line)
        {
            self.errors.push(RowError { line: row.place.line, reason: reason.clone() });
        }
        read.ok()
    }

    /// Reads the fields of the product, which are on the first row.
    fn head(&mut self, row: &Row) -> Result<(), String> {
        let text = |column, longest| row.text(self.columns, column, longest);
        text(Column::Handle, MAX_HANDLE)?;
        let name = text(Column::Title, MAX_NAME)?.ok_or("\"Title\" is empty, and this is the product's first row")?;
        self.entry = ProductImport {
            handle: row.handle.clone(),
            name,
            description: clean_html(&text(Column::Body, MAX_DESCRIPTION)?.unwrap_or_default()),
            brand: text(Column::Vendor, MAX_LABEL_NAME)?,
            category: self.category(row)?,
            tags: self.tags(row)?,
            status: self.status(row)?,
            ..ProductImport::default()
        };
        Ok(())
    }

    fn category(&self, row: &Row) -> Result<Vec<String>, String> {
        if let Some(category) = row.text(self.columns, Column::Type, MAX_LABEL_NAME)? {
            return Ok(vec![category]);
        }
        let path = row.cell(self.columns, Column::ProductCategory).unwrap_or_default();
        let names: Vec<String> = path.split('>').map(trimmed).filter(|name| !name.is_empty()).collect();
        if names.iter().any(|name| name.chars().count() > MAX_LABEL_NAME) {
            return Err(format!("a category has more than {MAX_LABEL_NAME} characters"));
        }
        Ok(names)
    }

    fn tags(&self, row: &Row) -> Result<Vec<String>, String> {
        let mut tags: Vec<String> = Vec::new();
        for tag in row.cell(self.columns, Column::Tags).unwrap_or_default().split(',').map(trimmed) {
            if tag.chars().count() > MAX_TAG {
                return Err(format!("a tag has more than {MAX_TAG} characters"));
            }
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.len() > MAX_LABELS {
            return Err(format!("the product has more than {MAX_LABELS} tags"));
        }
        Ok(tags)
    }

    fn status(&self, row: &Row) -> Result<Status, String> {
        let cell = |column| row.cell(self.columns, column).map(str::to_ascii_lowercase);
        let wrong =
            |column, text: &str, what| format!("\"{}\" is \"{text}\": it must be {what}", self.columns.name(column));
        let is_published = match cell(Column::Published).as_deref() {
            None | Some("true" | "yes" | "1") => true,
            Some("false" | "no" | "0") => false,
            Some(other) => return Err(wrong(Column::Published, other, "true or false")),
        };
        match cell(Column::Status).as_deref() {
            None | Some("active") => Ok(if is_published { Status::Active } else { Status::Draft }),
            Some("draft" | "unlisted") => Ok(Status::Draft),
            Some("archived") => Ok(Status::Archived),
            Some(other) => Err(wrong(Column::Status, other, "active, draft or archived")),
        }
    }

    fn option_names(&self, row: &Row) -> Result<Vec<String>, String> {
        let mut names: Vec<String> = Vec::new();
        for at in 0..OPTIONS {
            let Some(name) = row.text(self.columns, Column::OptionName(at), MAX_ATTRIBUTE)? else { break };
            if names.iter().any(|other| name_key(other) == name_key(&name)) {
                return Err(format!("two options are called \"{name}\""));
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Reads a row. With an option's value, a SKU or a price it is a variant; otherwise it only adds an image.
    fn variant(&mut self, row: &Row, names: &[String], is_only_row: bool) -> Result<(), String> {
        let is_variant = [Column::OptionValue(0), Column::Sku, Column::Price]
            .iter()
            .any(|column| row.cell(self.columns, *column).is_some());
        if !is_variant && !is_only_row {
            return Ok(());
        }
        let options = self.options(row, names)?;
        let sku = row.text(self.columns, Column::Sku, MAX_SKU)?;
        // Checked first, so that of two equal variants always the second is reported, even if the first has other errors.
        self.refuse_twice(row, &options, sku.as_deref())?;
        let price = row.money(self.columns, Column::Price)?;
        let image = row.url(self.columns, Column::VariantImage)?;
        let variant = ImportVariant {
            name: variant_name(&options),
            price: price.ok_or_else(|| format!("\"{}\" is empty", self.columns.name(Column::Price)))?,
            compare_at_price: row.money(self.columns, Column::CompareAtPrice)?,
            barcode: row.text(self.columns, Column::Barcode, MAX_SKU)?,
            weight_grams: row.number(self.columns, Column::Grams, MAX_GRAMS)?.map(|grams| grams.max(0)),
            on_hand: row.units(self.columns, Column::Quantity)?,
            on_hand_seen: row.units(self.columns, Column::QuantitySeen)?,
            sku,
            options,
        };
        self.entry.variants.push(variant);
        if let Some(url) = image {
            let shown = ImportImage { url, alt_text: String::new(), variant: Some(self.entry.variants.len() - 1) };
            // Sorted after the images with a position; see `images`.
            self.images.push((i32::MAX, shown));
        }
        Ok(())
    }

    fn options(&self, row: &Row, names: &[String]) -> Result<Vec<(String, String)>, String> {
        let mut options = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let value = row.text(self.columns, Column::OptionValue(at), MAX_VALUE)?;
            let value = value.ok_or_else(|| format!("the option \"{name}\" has no value"))?;
            options.push((name.clone(), value));
        }
        let next = Column::OptionValue(names.len().min(OPTIONS - 1));
        match (names, row.text(self.columns, next, MAX_VALUE)?) {
            ([], Some(value)) if value != NO_OPTION_VALUE => {
                Err(format!("the value \"{value}\" has no option name on the product's first row"))
            }
            _ if is_no_option(&options) => Ok(Vec::new()),
            _ => Ok(options),
        }
    }

    fn refuse_twice(&mut self, row: &Row, options: &[(String, String)], sku: Option<&str>) -> Result<(), String> {
        let values: Vec<String> = options.iter().map(|(_, value)| name_key(value)).collect();
        let variant = (format!("options\0{}", values.join("\0")), "variant", variant_name(options));
        let sku = sku.map(|sku| (format!("sku\0{sku}"), "SKU", sku.to_owned()));
        for (key, what, name) in std::iter::once(variant).chain(sku) {
            if let Some((first, line)) = self.seen.insert(key, (name.clone(), row.place.line)) {
                let spelling = if first == name { String::new() } else { format!(" as \"{first}\"") };
                return Err(format!("the {what} \"{name}\" is already on line {line}{spelling}"));
            }
        }
        Ok(())
    }

    fn image(&mut self, row: &Row) -> Result<(), String> {
        let Some(url) = row.url(self.columns, Column::ImageSrc)? else { return Ok(()) };
        let alt_text = row.text(self.columns, Column::ImageAltText, MAX_ALT_TEXT)?.unwrap_or_default();
        let position = row.number(self.columns, Column::ImagePosition, i32::MAX)?.unwrap_or(i32::MAX - 1);
        self.images.push((position, ImportImage { url, alt_text, variant: None }));
        Ok(())
    }

    fn finish(mut self, first: &Row) -> Result<ProductImport, Vec<RowError>> {
        self.entry.images = images(std::mem::take(&mut self.images));
        let whole = self.count();
        if self.errors.is_empty() {
            self.note(first, whole);
        }
        if !self.errors.is_empty() {
            self.errors.sort_by_key(|error| error.line);
            return Err(self.errors);
        }
        // A single variant has nothing to differ by, so its options only make its name.
        if let [only] = self.entry.variants.as_mut_slice()
            && matches!(only.options.as_slice(), [(name, _)] if name == NO_OPTION)
        {
            only.options.clear();
        }
        Ok(self.entry)
    }

    /// Checks that there are variants and that no limit is exceeded.
    fn count(&self) -> Result<(), String> {
        if self.entry.variants.is_empty() {
            return Err("the product has no variant: no row has a price".to_owned());
        }
        let too_many =
            [(self.entry.variants.len(), MAX_VARIANTS, "variants"), (self.entry.images.len(), MAX_IMAGES, "images")];
        match too_many.into_iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => Err(format!("the product has more than {most} {what}")),
            None => Ok(()),
        }
    }
}

/// Returns the images in the order of their positions, each once. A variant's image is the product's image with that URL. If another
/// variant shows that image already, or the product has no such image, it is added at the end.
fn images(mut all: Vec<(i32, ImportImage)>) -> Vec<ImportImage> {
    all.sort_by_key(|(position, _)| *position);
    let mut images: Vec<ImportImage> = Vec::new();
    for (_, image) in all {
        let same =
            |other: &&mut ImportImage| other.url == image.url && (image.variant.is_none() || other.variant.is_none());
        match images.iter_mut().find(same) {
            Some(shown) => shown.variant = shown.variant.or(image.variant),
            None => {
                let alt_text = images.iter().find(|other| other.url == image.url).map(|other| other.alt_text.clone());
                images.push(ImportImage { alt_text: alt_text.unwrap_or(image.alt_text), ..image });
            }
        }
    }
    images
}

/// Returns true for `Title`: `Default Title`, Shopify's way of saying that there is no option.
fn is_no_option(options: &[(String, String)]) -> bool {
    matches!(options, [(name, value)] if name == NO_OPTION && value == NO_OPTION_VALUE)
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}
