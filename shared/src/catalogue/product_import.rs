//! A product with all that belongs to it, as a file describes it: what an import and the sample catalogue are made of.
//! [`super::store::imports`] writes them.

use super::variant_name::made_name;
use crate::money::Money;

/// A product as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductImport {
    /// Which.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// HTML, cleaned.
    pub description: String,
    /// Whose it is.
    pub brand: Option<String>,
    /// Where it is filed, from the top of the tree down. Empty where the file does not say; it then stays where it is.
    pub category: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// What can be bought, in order.
    pub variants: Vec<ImportVariant>,
    /// Its images, in order.
    pub images: Vec<ImportImage>,
}

/// A variant as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportVariant {
    /// Which.
    pub sku: String,
    /// What it is called beside its product.
    pub name: String,
    /// What makes it this variant: attribute and value.
    pub options: Vec<(String, String)>,
    /// What it costs.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at_price: Option<Money>,
    /// What the scanner reads.
    pub barcode: Option<String>,
    /// What it weighs.
    pub weight_grams: Option<i32>,
    /// How many are on hand; `None` where the file does not say, and what is there stays.
    pub on_hand: Option<i32>,
}

/// An image as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportImage {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt_text: String,
    /// The variant it shows, by its place among the variants.
    pub variant: Option<usize>,
}

/// What a variant with these options is called: `M / Blue`.
pub fn variant_name(options: &[(String, String)]) -> String {
    made_name(options.iter().map(|(_, value)| value.as_str()))
}
