//! The reading of files of products, whatever their format: encoding, delimiter, records and the values of cells. `shopify` is a
//! format.

mod batch;
mod columns;
mod delimiter;
mod encoding;
mod numbers;
mod recognise;
pub mod records;
mod row;

pub use batch::{Batch, RowError};
pub(in crate::catalogue) use batch::{PRODUCTS_AT_ONCE, VARIANTS_AT_ONCE};
pub(in crate::catalogue) use columns::{Columns, Meaning};
pub use delimiter::Delimiter;
pub use encoding::{Decoded, Encoding, EncodingScan, decode};
pub use recognise::{FileFormat, FileKind, MAX_HEADER_BYTES, Recognised, Unrecognised};
pub(in crate::catalogue) use row::{Row, trimmed, unquoted};

/// The encoding and the delimiter of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// The encoding of the file.
    pub encoding: Encoding,
    /// The character between two cells.
    pub delimiter: Delimiter,
}
