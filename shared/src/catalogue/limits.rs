//! How much a product may be, whether staff say it or a file: what one takes, the other does. Lengths are in characters.

/// How long the name of a product may be.
pub const NAME_MAX: usize = 255;
/// How long a description may be, before it is cleaned.
pub const DESCRIPTION_MAX: usize = 65_536;
/// How many tags a product may have, and in how many categories it may be.
pub const MOST_LABELS: usize = 100;
/// How long a tag may be.
pub const TAG_MAX: usize = 255;
/// How long the name of a brand or of a category may be.
pub const LABEL_NAME_MAX: usize = 255;

/// How many variants a product may have that are not archived.
pub const MOST_VARIANTS: usize = 500;
/// How long a SKU or a barcode may be.
pub const SKU_MAX: usize = 255;
/// How long the name of an attribute may be.
pub const ATTRIBUTE_MAX: usize = 255;
/// How long a value may be.
pub const VALUE_MAX: usize = 255;
/// How much a variant may weigh, in grams.
pub const MOST_GRAMS: i32 = 1_000_000_000;
/// How many of a variant may be on hand.
pub const MOST_UNITS: i32 = 1_000_000_000;

/// How many images a product may have.
pub const MOST_IMAGES: usize = 250;
/// How long an image's address may be.
pub const URL_MAX: usize = 2000;
/// How long the text for those who do not see an image may be.
pub const ALT_TEXT_MAX: usize = 1000;
