//! Limits of products, which are the same for the API and for import files. Lengths are in characters.

/// Maximum length of a product's name.
pub const MAX_NAME: usize = 255;
/// Maximum length of a handle, the name of a product in files.
pub const MAX_HANDLE: usize = 255;
/// Maximum length of a description before it is cleaned.
pub const MAX_DESCRIPTION: usize = 65_536;
/// Maximum number of tags of a product, and of categories that it is in.
pub const MAX_LABELS: usize = 100;
/// Maximum length of a tag.
pub const MAX_TAG: usize = 255;
/// Maximum length of the name of a brand or a category.
pub const MAX_LABEL_NAME: usize = 255;

/// Maximum number of variants of a product that are not archived.
pub const MAX_VARIANTS: usize = 500;
/// Maximum length of a SKU or a barcode.
pub const MAX_SKU: usize = 255;
/// Maximum length of an attribute's name.
pub const MAX_ATTRIBUTE: usize = 255;
/// Maximum length of an attribute value.
pub const MAX_VALUE: usize = 255;
/// Maximum weight of a variant in grams.
pub const MAX_GRAMS: i32 = 1_000_000_000;
/// Maximum number of units on hand of a variant.
pub const MAX_UNITS: i32 = 1_000_000_000;

/// Maximum number of images of a product.
pub const MAX_IMAGES: usize = 250;
/// Maximum length of an image's URL.
pub const MAX_URL: usize = 2000;
/// Maximum length of an image's alternative text.
pub const MAX_ALT_TEXT: usize = 1000;

/// Maximum position that a client can request, for categories, variants and images.
pub const MAX_POSITION: i32 = 1_000_000;
