//! How much a product may be, whether staff say it or a file: what one takes, the other does. Lengths are in characters.

/// How long the name of a product may be.
pub const MAX_NAME: usize = 255;
/// How long a description may be, before it is cleaned.
pub const MAX_DESCRIPTION: usize = 65_536;
/// How many tags a product may have, and in how many categories it may be.
pub const MAX_LABELS: usize = 100;
/// How long a tag may be.
pub const MAX_TAG: usize = 255;
/// How long the name of a brand or of a category may be.
pub const MAX_LABEL_NAME: usize = 255;

/// How many variants a product may have that are not archived.
pub const MAX_VARIANTS: usize = 500;
/// How long a SKU or a barcode may be.
pub const MAX_SKU: usize = 255;
/// How long the name of an attribute may be.
pub const MAX_ATTRIBUTE: usize = 255;
/// How long a value may be.
pub const MAX_VALUE: usize = 255;
/// How much a variant may weigh, in grams.
pub const MAX_GRAMS: i32 = 1_000_000_000;
/// How many of a variant may be on hand.
pub const MAX_UNITS: i32 = 1_000_000_000;

/// How many images a product may have.
pub const MAX_IMAGES: usize = 250;
/// How long an image's address may be.
pub const MAX_URL: usize = 2000;
/// How long the text for those who do not see an image may be.
pub const MAX_ALT_TEXT: usize = 1000;

/// The last position that can be asked for, among siblings, variants or images.
pub const MAX_POSITION: i32 = 1_000_000;
