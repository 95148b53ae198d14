//! A product with everything that belongs to it, as a file describes it: the input of an import and of the sample catalogue.
//! [`super::write::save_imports`] writes it.

use super::Status;
use super::variant_name::made_name;
use crate::money::Money;

/// A product as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductImport {
    /// The product's name in URLs.
    pub slug: String,
    /// The product's name.
    pub name: String,
    /// Sanitised HTML.
    pub description: String,
    /// The brand's name, if the product has one.
    pub brand: Option<String>,
    /// The path of a category, from the top of the tree down. Empty where the file does not say; the categories then stay.
    pub category: Vec<String>,
    /// Words by which shoppers find the product.
    pub tags: Vec<String>,
    /// The status.
    pub status: Status,
    /// The variants that are sold, in order.
    pub variants: Vec<ImportVariant>,
    /// The images, in order.
    pub images: Vec<ImportImage>,
}

/// A variant as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportVariant {
    /// The variant's SKU.
    pub sku: String,
    /// The variant's name within its product.
    pub name: String,
    /// What makes it this variant: attribute and value.
    pub options: Vec<(String, String)>,
    /// The price that shoppers pay.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// Barcode (GTIN).
    pub barcode: Option<String>,
    /// Weight in grams.
    pub weight_grams: Option<i32>,
    /// Number of units on hand; `None` where the file does not say, and the stock stays.
    pub on_hand: Option<i32>,
}

/// An image as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportImage {
    /// The image's address.
    pub url: String,
    /// The text for people who do not see the image.
    pub alt_text: String,
    /// The variant that the image shows, by its place among the variants.
    pub variant: Option<usize>,
}

/// The name of a variant with these options: `M / Blue`.
pub fn variant_name(options: &[(String, String)]) -> String {
    made_name(options.iter().map(|(_, value)| value.as_str()))
}
