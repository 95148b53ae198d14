//! The columns of the format.

use super::category_paths::CATEGORY_PATHS;
use super::product::OPTIONS;
use crate::catalogue::product_file::{self, Delimiter, Meaning, NotComparable};
use crate::catalogue::write::Stock;

/// The columns of a file in this format.
pub(super) type Columns = product_file::Columns<Column>;

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::catalogue) enum Column {
    Handle,
    Title,
    Body,
    Vendor,
    ProductCategory,
    Type,
    CategoryPaths,
    Tags,
    Published,
    Status,
    OptionName(usize),
    OptionValue(usize),
    Sku,
    Grams,
    Tracker,
    Quantity,
    QuantitySeen,
    Policy,
    Price,
    CompareAtPrice,
    Barcode,
    ImageSrc,
    ImagePosition,
    ImageAltText,
    VariantImage,
}

impl Column {
    /// Returns true if the column only says which variant a row is about.
    pub(super) const fn identifies_a_variant(self) -> bool {
        matches!(self, Self::OptionValue(_) | Self::Sku)
    }
}

impl Meaning for Column {
    const KEY: Self = Self::Handle;

    fn named(name: &str) -> Option<Self> {
        let is_named = |known: &&str| known.eq_ignore_ascii_case(name);
        NAMES.iter().find(|(_, names)| names.iter().any(is_named)).map(|(column, _)| *column)
    }

    fn name(self) -> String {
        let exported = NAMES.iter().find(|(known, _)| *known == self).and_then(|(_, names)| names.first());
        exported.copied().unwrap_or_default().to_owned()
    }

    fn is_identity(self) -> bool {
        matches!(self, Self::Handle | Self::OptionValue(_) | Self::Sku)
    }

    fn is_required(self) -> bool {
        self == Self::Price
    }

    fn is_code(self) -> bool {
        matches!(self, Self::Barcode | Self::Sku)
    }

    fn has_guards(self) -> bool {
        self != Self::Body
    }
}

/// The names of each column: the one that Shopify exports, and the one that it has used for some since 2025.
const NAMES: [(Column, &[&str]); 29] = [
    (Column::Handle, &["Handle", "URL handle"]),
    (Column::Title, &["Title"]),
    (Column::Body, &["Body (HTML)", "Description"]),
    (Column::Vendor, &["Vendor"]),
    (Column::ProductCategory, &["Product Category"]),
    (Column::Type, &["Type"]),
    (Column::CategoryPaths, &[CATEGORY_PATHS]),
    (Column::Tags, &["Tags"]),
    (Column::Published, &["Published", "Published on online store"]),
    (Column::Status, &["Status"]),
    (Column::OptionName(0), &["Option1 Name"]),
    (Column::OptionValue(0), &["Option1 Value"]),
    (Column::OptionName(1), &["Option2 Name"]),
    (Column::OptionValue(1), &["Option2 Value"]),
    (Column::OptionName(2), &["Option3 Name"]),
    (Column::OptionValue(2), &["Option3 Value"]),
    (Column::Sku, &["Variant SKU", "SKU"]),
    (Column::Grams, &["Variant Grams", "Weight value (grams)"]),
    (Column::Tracker, &["Variant Inventory Tracker", "Inventory tracker"]),
    (Column::Policy, &["Variant Inventory Policy", "Continue selling when out of stock"]),
    (Column::Quantity, &["Variant Inventory Qty", "Inventory quantity"]),
    (Column::QuantitySeen, &[QUANTITY_SEEN]),
    (Column::Price, &["Variant Price", "Price"]),
    (Column::CompareAtPrice, &["Variant Compare At Price", "Compare-at price"]),
    (Column::Barcode, &["Variant Barcode", "Barcode"]),
    (Column::ImageSrc, &["Image Src", "Product image URL"]),
    (Column::ImagePosition, &["Image Position"]),
    (Column::ImageAltText, &["Image Alt Text"]),
    (Column::VariantImage, &["Variant Image", "Variant image URL"]),
];

/// The column of an export that says how many units were on hand. People change the quantity and leave this column, so that an import can
/// compare it. Shopify ignores columns that it does not know.
pub(super) const QUANTITY_SEEN: &str = "Variant Inventory Qty Seen";

/// The columns of a file that has all variants of its products. A file without one of them changes what it says and removes no variant.
const OF_ALL_VARIANTS: [Column; 4] = [Column::Handle, Column::Title, Column::OptionValue(0), Column::Price];

/// The columns that say something about a product. The others only name its variants and describe its images.
const OF_CONTENT: [Column; 18] = [
    Column::Title,
    Column::Body,
    Column::Vendor,
    Column::ProductCategory,
    Column::Type,
    Column::CategoryPaths,
    Column::Tags,
    Column::Published,
    Column::Status,
    Column::Grams,
    Column::Tracker,
    Column::Quantity,
    Column::Policy,
    Column::Price,
    Column::CompareAtPrice,
    Column::Barcode,
    Column::ImageSrc,
    Column::VariantImage,
];

/// The columns whose cells make a row that of a variant.
const OF_VARIANT: [Column; 13] = [
    Column::OptionValue(0),
    Column::OptionValue(1),
    Column::OptionValue(2),
    Column::Sku,
    Column::Grams,
    Column::Tracker,
    Column::Quantity,
    Column::QuantitySeen,
    Column::Policy,
    Column::Price,
    Column::CompareAtPrice,
    Column::Barcode,
    Column::VariantImage,
];

/// Returns the number of known columns if a header is that of a file of products: it must have the handle and a column to import.
pub fn known_columns(header: &[String]) -> Option<usize> {
    let columns = Columns::find(header, Delimiter::default());
    let has_content = || OF_CONTENT.iter().any(|column| columns.has(*column)) && !is_inventory(header);
    (columns.has(Column::Handle) && has_content()).then(|| columns.known())
}

/// Returns true if a header is that of Shopify's export of stock, which has a row for each location.
pub fn is_inventory(header: &[String]) -> bool {
    let columns = Columns::find(header, Delimiter::default());
    let has_location = header.iter().any(|name| name.trim().eq_ignore_ascii_case("Location"));
    columns.has(Column::Handle) && has_location && !columns.has(Column::Price)
}

/// Returns the names of two columns of a header that have the same meaning.
pub fn column_twice(header: &[String]) -> Option<[String; 2]> {
    Columns::twice(header)
}

impl Columns {
    /// Returns true if the file has all variants of its products, and not only some that it changes.
    pub(super) fn has_all_variants(&self) -> bool {
        OF_ALL_VARIANTS.iter().all(|column| self.has(*column))
    }

    /// Returns true if the file has the columns of as many options as a product can have.
    pub(super) fn has_all_options(&self) -> bool {
        (0..OPTIONS).all(|at| self.has(Column::OptionName(at)) && self.has(Column::OptionValue(at)))
    }

    /// Returns true if the file has columns of options.
    pub(super) fn has_options(&self) -> bool {
        (0..OPTIONS).any(|at| self.has(Column::OptionName(at)) || self.has(Column::OptionValue(at)))
    }

    /// Returns the columns whose cells make a row that of a variant, as far as the file has them.
    pub(super) fn of_variant(&self) -> impl Iterator<Item = Column> + '_ {
        OF_VARIANT.into_iter().filter(|column| self.has(*column))
    }

    /// Checks that the file has the columns that this meaning of its stock needs.
    pub(super) fn check_stock(&self, stock: Stock) -> Result<(), NotComparable> {
        let has = |column| self.has(column);
        match stock {
            Stock::Compare if !has(Column::Quantity) => Err(NotComparable::NoColumn("Variant Inventory Qty")),
            Stock::Compare if !has(Column::QuantitySeen) => Err(NotComparable::NoColumn(QUANTITY_SEEN)),
            Stock::Keep | Stock::Initial | Stock::Compare | Stock::Set => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Option<Columns> {
        let header: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        known_columns(&header).map(|_| Columns::find(&header, Delimiter::Comma))
    }

    #[test]
    fn the_order_and_other_columns_do_not_matter() {
        let columns = header(&["SEO Title", "variant price", "Option1 Value", "Title", " Handle "]).unwrap();
        assert_eq!((columns.place(Column::Handle), columns.place(Column::Price)), (Some(4), Some(1)));
        assert_eq!((columns.place(Column::Tags), columns.width), (None, 5));
    }

    #[test]
    fn a_file_has_all_variants_only_with_title_options_and_price() {
        let whole = ["Handle", "Title", "Option1 Value", "Variant Price"];
        assert!(header(&whole).unwrap().has_all_variants());
        for missing in 1..whole.len() {
            let some: Vec<&str> =
                (0..whole.len()).filter(|at| *at != missing).map(|at| whole[at]).chain(["Tags"]).collect();
            assert!(!header(&some).unwrap().has_all_variants(), "{some:?}");
        }
        assert!(header(&["Handle", "SKU", "Price"]).is_some());
        assert!(header(&["Handle", "Title"]).is_some());
        assert!(header(&["Title", "SKU", "Price"]).is_none());
    }

    #[test]
    fn another_file_is_not_taken_for_a_product_export() {
        assert!(header(&["Handle", "Title", "Location", "On hand"]).is_none());
        assert!(header(&["Handle", "Title", "Option1 Name", "Option1 Value", "SKU", "Location", "On hand"]).is_none());
        assert!(header(&["id", "name", "price"]).is_none());
        assert!(header(&[]).is_none());
    }
}
