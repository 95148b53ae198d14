//! The reading of files of products, whatever their format: encoding, delimiter, records and the values of cells. `shopify` and
//! `woocommerce` are the formats.

mod batch;
mod columns;
mod delimiter;
mod encoding;
mod formulas;
mod labels;
mod letters;
mod named_skus;
mod numbers;
mod products;
mod recognise;
pub mod records;
mod row;
mod word;

pub use batch::{Batch, RowError};
pub(in crate::catalogue) use batch::{PRODUCTS_AT_ONCE, VARIANTS_AT_ONCE, note};
pub(in crate::catalogue) use columns::{Columns, Meaning};
pub use delimiter::Delimiter;
pub use encoding::{Decoded, Encoding, EncodingScan, decode};
pub(in crate::catalogue) use formulas::{guarded, guarded_html, unquoted, without_guards};
pub(in crate::catalogue) use labels::{path, tags};
pub use named_skus::NamedSkus;
pub use products::{NotComparable, Products};
pub(in crate::catalogue) use recognise::records_behind_header;
pub use recognise::{FileFormat, FileKind, MAX_HEADER_BYTES, Recognised, Unrecognised};
pub(in crate::catalogue) use row::{Row, image_url, trimmed};
pub(in crate::catalogue) use word::Word;

/// The encoding and the delimiter of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The encoding of the file.
    pub encoding: Encoding,
    /// The character between two cells.
    pub delimiter: Delimiter,
}
