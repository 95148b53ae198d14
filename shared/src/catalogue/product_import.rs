//! A product with everything that belongs to it, as a file describes it: the input of an import and of the sample catalogue.
//! [`super::write::save_imports`] writes it.

use super::Status;
use super::variant_name::made_name;
use crate::money::Money;

/// A product as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductImport {
    /// The product's name in files, by which an existing product is found.
    pub handle: String,
    /// The product's name.
    pub name: String,
    /// The description as sanitised HTML.
    pub description: String,
    /// The brand's name, if the product has one.
    pub brand: Option<String>,
    /// The path of a category, from the top of the tree down. Empty if the file does not have one; the categories then stay as they are.
    pub category: Vec<String>,
    /// Words by which shoppers find the product.
    pub tags: Vec<String>,
    /// The publication status.
    pub status: Status,
    /// The variants that are sold, in order.
    pub variants: Vec<ImportVariant>,
    /// The images, in order.
    pub images: Vec<ImportImage>,
}

/// A variant as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportVariant {
    /// The variant's SKU; `None` if the file does not have it. The variant is then found by its options, and a new one gets a SKU that
    /// is made from them.
    pub sku: Option<String>,
    /// The variant's name within its product.
    pub name: String,
    /// The attributes that distinguish this variant, each with its value.
    pub options: Vec<(String, String)>,
    /// The price that shoppers pay.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// The barcode (GTIN).
    pub barcode: Option<String>,
    /// The weight in grams.
    pub weight_grams: Option<i32>,
    /// The number of units on hand; `None` if the file does not have it, and the stock then stays as it is.
    pub on_hand: Option<i32>,
    /// The number of units that were on hand when the file was written; `None` if the file does not have it.
    pub on_hand_seen: Option<i32>,
}

/// An image as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportImage {
    /// The image's address.
    pub url: String,
    /// The text for people who cannot see the image.
    pub alt_text: String,
    /// The variant that the image shows, as an index into the variants.
    pub variant: Option<usize>,
}

/// Returns the name of a variant with these options: `M / Blue`.
pub fn variant_name(options: &[(String, String)]) -> String {
    made_name(options.iter().map(|(_, value)| value.as_str()))
}
