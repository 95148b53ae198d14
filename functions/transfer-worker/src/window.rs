//! A part of an import's file in memory, and the products in it.

use std::io::Cursor;
use std::sync::Arc;

use shared::catalogue::shopify::records::{Ends, Place, Records};
use shared::catalogue::shopify::{Batch, Columns, Header, NotComparable, Products, Scan, Scattered, Unrecognised};
use shared::catalogue::write::DuplicateSkus;
use shared::storage::Storage;
use shared::transfers::store::imports::LeasedImport;

/// Maximum size of one product in bytes.
const MAX_PRODUCT_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of a file that are read at once to find its handles.
const SCAN_BYTES: u64 = 8 * 1024 * 1024;

/// Reason why a file cannot be processed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the file no longer exists")]
    Missing,
    #[error("the file is not in a known format: {0}")]
    Unrecognised(#[from] Unrecognised),
    #[error(transparent)]
    NotComparable(#[from] NotComparable),
    #[error("line {0}: the product that begins here is larger than 64 MiB; is a closing quote missing?")]
    TooLarge(u64),
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// A part of an import's file.
pub(crate) struct Window {
    products: Products<Cursor<Vec<u8>>>,
    /// The names of the columns.
    pub(crate) header: Vec<String>,
    start: u64,
    length: u64,
}

impl Window {
    /// Reads the part that begins at the position of the import and has this length in bytes, or ends with the file.
    pub(crate) async fn read(
        storage: &dyn Storage,
        file: &LeasedImport,
        scattered: &Arc<Scattered>,
        length: u64,
    ) -> anyhow::Result<Result<Self, Unreadable>> {
        let start = file.place.offset;
        let end = file.bytes.min(start + length);
        let Some(bytes) = storage.read(&file.storage_key, start..end).await? else {
            return Ok(Err(Unreadable::Missing));
        };
        let ends = if end >= file.bytes { Ends::WithFile } else { Ends::Inside };
        Ok(open(bytes, file, ends).and_then(|Opened { records, header, columns }| {
            let allows_repeated_skus = file.options.duplicate_skus == DuplicateSkus::Suffix;
            let products = Products::new(records, columns, scattered.clone()).with_repeated_skus(allows_repeated_skus);
            products.check_stock(file.options.stock)?;
            Ok(Self { products, header, start, length })
        }))
    }

    /// Returns the next products; `None` if this part has no further whole product.
    pub(crate) fn batch(&mut self) -> Result<Option<Batch>, Unreadable> {
        Ok(self.products.batch()?)
    }

    /// Returns the position of the first product that was not read yet.
    pub(crate) fn place(&self) -> Place {
        self.products.place()
    }

    /// Returns the length of the next part in bytes: twice as long if this part did not hold one whole product, else the usual length.
    pub(crate) fn next_length(&self, usual: u64) -> Result<u64, Unreadable> {
        if self.place().offset > self.start {
            Ok(usual)
        } else if self.length < MAX_PRODUCT_BYTES {
            Ok(self.length * 2)
        } else {
            Err(Unreadable::TooLarge(self.place().line))
        }
    }
}

/// A part of a file, behind its header.
struct Opened {
    records: Records<Cursor<Vec<u8>>>,
    header: Vec<String>,
    columns: Columns,
}

fn open(bytes: Vec<u8>, file: &LeasedImport, ends: Ends) -> Result<Opened, Unreadable> {
    let known = file.header.clone().and_then(|header| Some((Columns::recognise(&header)?, header)));
    if let Some((columns, header)) = known {
        return Ok(Opened { records: Records::at(Cursor::new(bytes), file.place, ends), header, columns });
    }
    let mut records = Records::beginning(Cursor::new(bytes), ends)?;
    let (Header(header), columns) = Header::read(&mut records)?;
    Ok(Opened { records, header, columns })
}

/// Finds the handles of a whole file whose rows are not next to each other. It ends where the file can no longer be read, because the
/// import ends there too.
pub(crate) async fn scan(storage: &dyn Storage, file: &LeasedImport) -> anyhow::Result<Scattered> {
    let (mut scan, mut rest, mut length) = (Scan::default(), file.clone(), SCAN_BYTES);
    while rest.place.offset < file.bytes && length <= MAX_PRODUCT_BYTES {
        let (start, end) = (rest.place.offset, file.bytes.min(rest.place.offset + length));
        let Some(bytes) = storage.read(&file.storage_key, start..end).await? else { break };
        let ends = if end >= file.bytes { Ends::WithFile } else { Ends::Inside };
        let Ok(mut opened) = open(bytes, &rest, ends) else { break };
        scan.read(&mut opened.records, &opened.columns)?;
        rest.place = opened.records.place();
        rest.header = Some(opened.header);
        length = if rest.place.offset > start { SCAN_BYTES } else { length * 2 };
    }
    Ok(scan.into_scattered())
}
