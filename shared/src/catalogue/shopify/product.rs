//! Reads the rows of one product. The errors of all rows are found; with one of them the product is refused.

use std::collections::HashMap;

use super::category_paths;
use super::options::{OptionNames, Twice};
use super::{Column, Columns};
use crate::catalogue::limits::{
    MAX_ALT_TEXT, MAX_DESCRIPTION, MAX_GRAMS, MAX_HANDLE, MAX_IMAGES, MAX_LABEL_NAME, MAX_NAME, MAX_SKU, MAX_VARIANTS,
};
use crate::catalogue::product_file::{Row, RowError, Word, note, path, tags, trimmed};
use crate::catalogue::product_import::{ImportImage, ImportImages, ImportVariant, Label, ProductImport};
use crate::catalogue::{Status, clean_html, name_key};
use crate::money::Currency;
use crate::patch::Patch;

/// Shopify's name for the only option of a product without options.
pub(crate) const NO_OPTION: &str = "Title";
pub(crate) const NO_OPTION_VALUE: &str = "Default Title";

/// Maximum number of options of a product.
pub(crate) const OPTIONS: usize = 3;

/// The rules for the rows of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// The currency of the prices.
    pub(super) currency: Currency,
    /// True if two variants of a product may have the same SKU, because the second gets another.
    pub(super) allows_repeated_skus: bool,
}

/// Reads the rows of one product.
pub(super) fn read(rows: &[Row], columns: &Columns, rules: Rules) -> Result<ProductImport, Vec<RowError>> {
    let mut reading = Reading {
        columns,
        rules,
        entry: ProductImport::default(),
        images: Vec::new(),
        combinations: Twice::default(),
        skus: HashMap::new(),
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
    let names = OptionNames::read(first, columns);
    // The values of the options cannot be checked without the names.
    let Some(names) = reading.note(first, names) else { return Err(reading.errors) };
    for row in rows.iter().filter(|row| row.error.is_none()) {
        let read = reading
            .same_title(first, row)
            .and_then(|()| reading.variant(row, &names, rows.len() == 1))
            .and_then(|()| reading.image(row));
        reading.note(row, read);
    }
    // A row that may be cut off does not say which variants and images are behind it.
    if rows.iter().any(Row::may_be_cut_off) {
        reading.entry.has_all_variants = false;
    }
    let lists_images = rows.iter().all(|row| row.says(columns, Column::ImageSrc));
    reading.finish(first, lists_images)
}

struct Reading<'c> {
    columns: &'c Columns,
    rules: Rules,
    entry: ProductImport,
    /// The images with the positions that the file gives them.
    images: Vec<(i32, ImportImage)>,
    /// The line of each combination of option values.
    combinations: Twice,
    /// The line of each SKU.
    skus: HashMap<String, u64>,
    errors: Vec<RowError>,
}

impl Reading<'_> {
    fn note<T>(&mut self, row: &Row, read: Result<T, String>) -> Option<T> {
        note(&mut self.errors, row, read)
    }

    /// Reads the fields of the product, which are on the first row.
    fn head(&mut self, row: &Row) -> Result<(), String> {
        let text = |column, longest| row.text(self.columns, column, longest);
        text(Column::Handle, MAX_HANDLE)?;
        let name = text(Column::Title, MAX_NAME)?;
        if name.is_none() && self.columns.has(Column::Title) {
            let column = self.columns.name(Column::Title);
            return Err(format!("\"{column}\" is empty, and this is the product's first row"));
        }
        let description = text(Column::Body, MAX_DESCRIPTION)?.unwrap_or_default();
        let (status, is_published) = self.status(row)?;
        self.entry = ProductImport {
            handle: row.key.clone(),
            name,
            description: row.says(self.columns, Column::Body).then(|| clean_html(&description)),
            brand: row.patch(self.columns, Column::Vendor, text(Column::Vendor, MAX_LABEL_NAME)?),
            categories: self.categories(row)?,
            has_all_categories: self.columns.has(Column::CategoryPaths),
            tags: self.tags(row)?,
            status,
            is_published,
            has_all_variants: self.columns.has_all_variants(),
            option_columns: if self.columns.has_all_options() { OPTIONS } else { 0 },
            ..ProductImport::default()
        };
        Ok(())
    }

    /// Reads the paths of categories. Of a file that says all of them, what it says of one does not count.
    fn categories(&self, row: &Row) -> Result<Patch<Vec<Vec<String>>>, String> {
        if self.columns.has(Column::CategoryPaths) {
            let paths = category_paths::read(row.cell(self.columns, Column::CategoryPaths).unwrap_or_default())?;
            return Ok(row.patch(self.columns, Column::CategoryPaths, Some(paths).filter(|paths| !paths.is_empty())));
        }
        if !row.says(self.columns, Column::Type) && !row.says(self.columns, Column::ProductCategory) {
            return Ok(Patch::Keep);
        }
        if let Some(category) = row.text(self.columns, Column::Type, MAX_LABEL_NAME)? {
            return Ok(Patch::Set(vec![vec![category]]));
        }
        let path = path(row.cell(self.columns, Column::ProductCategory).unwrap_or_default())?;
        Ok(Patch::replace(Some(path).filter(|path| !path.is_empty()).map(|path| vec![path])))
    }

    fn tags(&self, row: &Row) -> Result<Option<Vec<String>>, String> {
        if !row.says(self.columns, Column::Tags) {
            return Ok(None);
        }
        let all = row.cell(self.columns, Column::Tags).unwrap_or_default().split(',').map(trimmed);
        tags(all).map(Some)
    }

    /// Reads the status, and whether the product is published, which counts only without a status.
    fn status(&self, row: &Row) -> Result<(Option<Status>, Option<bool>), String> {
        let word = |column| row.word(self.columns, column);
        let is_published = match word(Column::Published).map(|word| word.flag()) {
            None => None,
            Some(Some(flag)) => Some(flag),
            Some(None) => return Err(row.wrong(self.columns, Column::Published, "it must be true or false")),
        };
        let status = match word(Column::Status).as_ref().map(Word::as_str) {
            None => None,
            Some("active") if is_published == Some(false) => Some(Status::Draft),
            Some("active") => Some(Status::Active),
            Some("draft" | "unlisted") => Some(Status::Draft),
            Some("archived") => Some(Status::Archived),
            Some(_) => return Err(row.wrong(self.columns, Column::Status, "it must be active, draft or archived")),
        };
        Ok((status, is_published))
    }

    /// Fails if a row has the title of another product: its handle is wrong then.
    fn same_title(&self, first: &Row, row: &Row) -> Result<(), String> {
        match (first.cell(self.columns, Column::Title), row.cell(self.columns, Column::Title)) {
            (Some(title), Some(other)) if name_key(title) != name_key(other) => {
                Err(format!("the row has the title \"{other}\", but the product is \"{title}\"; correct the handle"))
            }
            _ => Ok(()),
        }
    }

    /// Reads a row. It is a variant if one of a variant's cells is filled; otherwise it only adds an image.
    fn variant(&mut self, row: &Row, names: &OptionNames, is_only_row: bool) -> Result<(), String> {
        let columns = self.columns;
        let is_filled = columns.of_variant().any(|column| row.cell(columns, column).is_some());
        // The only row of a product describes its variant also with empty cells.
        let is_about_a_variant = || columns.of_variant().any(|column| !column.identifies_a_variant());
        if !(is_filled || is_only_row && is_about_a_variant()) {
            let adds_an_image = row.cell(columns, Column::ImageSrc).is_some();
            // A variant may have been here, and a file with all variants removes those that it does not have.
            if columns.has(Column::ImageSrc) && columns.has_all_variants() && !adds_an_image {
                return Err("the row has neither a variant nor an image; complete it, or remove it".to_owned());
            }
            // Without the column of images, it may have been the row of an image.
            self.entry.has_all_variants &= adds_an_image;
            return Ok(());
        }
        let options = names.values(row, columns)?;
        let sku = row.text(columns, Column::Sku, MAX_SKU)?;
        // Checked first, so that of two equal variants always the second is reported, even if the first has other errors.
        self.refuse_twice(row, options.as_deref(), sku.as_deref())?;
        let price = row.money(columns, Column::Price, self.rules.currency)?;
        if price.is_none() && columns.has(Column::Price) {
            return Err(format!("\"{}\" is empty", columns.name(Column::Price)));
        }
        let compare_at_price = row.money(columns, Column::CompareAtPrice, self.rules.currency)?;
        let grams = row.number(columns, Column::Grams, MAX_GRAMS)?.map(|grams| grams.max(0));
        let variant = ImportVariant {
            line: row.place.line,
            label: None,
            price,
            compare_at_price: row.patch(columns, Column::CompareAtPrice, compare_at_price),
            barcode: row.patch(columns, Column::Barcode, row.text(columns, Column::Barcode, MAX_SKU)?),
            weight_grams: row.patch(columns, Column::Grams, grams),
            on_hand: row.units(columns, Column::Quantity)?,
            on_hand_seen: row.units(columns, Column::QuantitySeen)?,
            track_inventory: row.says(columns, Column::Tracker).then(|| row.cell(columns, Column::Tracker).is_some()),
            allow_backorder: self.allows_backorder(row)?,
            image: row.patch(columns, Column::VariantImage, row.url(columns, Column::VariantImage)?),
            sku,
            options,
            ..ImportVariant::default()
        };
        self.entry.variants.push(variant);
        Ok(())
    }

    /// Reads whether the variant is sold when nothing is on hand. The file says nothing of how much of it.
    fn allows_backorder(&self, row: &Row) -> Result<Option<bool>, String> {
        let Some(word) = row.word(self.columns, Column::Policy) else { return Ok(None) };
        match (word.flag(), word.as_str()) {
            (Some(flag), _) => Ok(Some(flag)),
            (None, "continue") => Ok(Some(true)),
            (None, "deny") => Ok(Some(false)),
            (None, _) => Err(row.wrong(self.columns, Column::Policy, "it must be deny or continue")),
        }
    }

    fn refuse_twice(
        &mut self,
        row: &Row,
        options: Option<&[(String, String)]>,
        sku: Option<&str>,
    ) -> Result<(), String> {
        let line = row.place.line;
        if let Some(options) = options {
            // Without all columns of options, SKUs tell variants with the same options apart.
            let may_repeat = sku.is_some() && !self.columns.has_all_options();
            self.combinations.add(options, line, may_repeat)?;
        }
        let earlier = sku.and_then(|sku| self.skus.insert(sku.to_owned(), line));
        match (sku, earlier) {
            (Some(sku), Some(earlier)) if !self.rules.allows_repeated_skus => {
                Err(format!("the SKU \"{sku}\" is already on line {earlier}"))
            }
            _ => Ok(()),
        }
    }

    fn image(&mut self, row: &Row) -> Result<(), String> {
        let Some(url) = row.url(self.columns, Column::ImageSrc)? else { return Ok(()) };
        let alt_text = row.text(self.columns, Column::ImageAltText, MAX_ALT_TEXT)?;
        let alt_text = row.says(self.columns, Column::ImageAltText).then(|| alt_text.unwrap_or_default());
        let position = row.number(self.columns, Column::ImagePosition, i32::MAX)?.unwrap_or(i32::MAX);
        self.images.push((position, ImportImage { url, alt_text }));
        Ok(())
    }

    fn finish(mut self, first: &Row, lists_images: bool) -> Result<ProductImport, Vec<RowError>> {
        self.entry.images = ImportImages {
            all: lists_images.then(|| in_order(std::mem::take(&mut self.images))),
            // Without any column of variants, the file is about the product alone.
            has_those_of_variants: self.columns.of_variant().next().is_none(),
            is_ordered: self.columns.has(Column::ImagePosition),
        };
        let whole = self.count();
        if self.errors.is_empty() {
            self.note(first, whole);
        }
        if !self.errors.is_empty() {
            self.errors.sort_by_key(|error| error.line);
            return Err(self.errors);
        }
        // A single variant has nothing to differ by, so this option only makes its name.
        if let [only] = self.entry.variants.as_mut_slice()
            && let Some([(attribute, value)]) = only.options.as_deref()
            && attribute == NO_OPTION
        {
            let name = Some(value.clone()).filter(|value| value != NO_OPTION_VALUE);
            only.label = Some(Label { attribute: attribute.clone(), value: value.clone(), name });
            only.options = Some(Vec::new());
        }
        Ok(self.entry)
    }

    /// Checks that there are variants, if the file has all of them, and that no limit is exceeded.
    fn count(&self) -> Result<(), String> {
        if self.entry.variants.is_empty() && self.entry.has_all_variants {
            return Err("the product has no variant: no row has a price".to_owned());
        }
        let images = self.entry.images.all.as_ref().map_or(0, Vec::len);
        let too_many = [(self.entry.variants.len(), MAX_VARIANTS, "variants"), (images, MAX_IMAGES, "images")];
        match too_many.into_iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => Err(format!("the product has more than {most} {what}")),
            None => Ok(()),
        }
    }
}

/// Returns the images in the order of their positions, each URL once.
fn in_order(mut all: Vec<(i32, ImportImage)>) -> Vec<ImportImage> {
    all.sort_by_key(|(position, _)| *position);
    let mut images: Vec<ImportImage> = Vec::new();
    for (_, image) in all {
        if !images.iter().any(|other| other.url == image.url) {
            images.push(image);
        }
    }
    images
}
