//! Reads a whole file once before its products are imported: its encoding, its format, and the handles whose rows are not next to each other.

use std::io::Cursor;

use shared::catalogue::product_file::records::{Ends, Records};
use shared::catalogue::product_file::{EncodingScan, FileKind, MAX_HEADER_BYTES, Recognised};
use shared::catalogue::shopify::{Scan, Scattered};
use shared::storage::Storage;
use shared::transfers::store::imports::LeasedImport;

use crate::window::{MAX_PRODUCT_BYTES, Unreadable};

/// Bytes of a file that are read at once.
const SCAN_BYTES: u64 = 8 * 1024 * 1024;

/// A file that was read once.
pub(crate) struct Scanned {
    /// Its format, and the position of the first product that was not processed yet.
    pub(crate) file: Recognised,
    /// The handles whose rows are not next to each other.
    pub(crate) scattered: Scattered,
}

/// Reads a whole file.
pub(crate) async fn scan(storage: &dyn Storage, file: &LeasedImport) -> anyhow::Result<Result<Scanned, Unreadable>> {
    let mut encoding = EncodingScan::default();
    let (mut offset, mut beginning) = (0, Vec::new());
    while offset < file.bytes {
        let end = file.bytes.min(offset + SCAN_BYTES);
        let Some(bytes) = storage.read(&file.storage_key, offset..end).await? else {
            return Ok(Err(Unreadable::Missing));
        };
        encoding.read(&bytes);
        if offset == 0 {
            beginning = bytes;
            beginning.truncate(usize::try_from(MAX_HEADER_BYTES).unwrap_or(usize::MAX));
        }
        offset = end;
    }
    let recognised = encoding.finish().and_then(|encoding| Recognised::of(&beginning, encoding, file.kind));
    let recognised = match recognised {
        Ok(recognised) => recognised,
        Err(reason) => return Ok(Err(reason.into())),
    };
    let scattered = match recognised.format.kind {
        FileKind::ShopifyCsv => scattered(storage, file, &recognised).await?,
        // Its rows may be anywhere.
        FileKind::WooCommerceCsv => Scattered::default(),
    };
    Ok(Ok(Scanned { file: recognised, scattered }))
}

/// Finds the handles whose rows are not next to each other. It ends where the file can no longer be read, because the import ends there too.
async fn scattered(storage: &dyn Storage, file: &LeasedImport, recognised: &Recognised) -> anyhow::Result<Scattered> {
    let (mut scan, mut place, mut length) = (Scan::default(), recognised.place, SCAN_BYTES);
    while place.offset < file.bytes && length <= MAX_PRODUCT_BYTES {
        let (start, end) = (place.offset, file.bytes.min(place.offset + length));
        let Some(bytes) = storage.read(&file.storage_key, start..end).await? else { break };
        let ends = if end >= file.bytes { Ends::WithFile } else { Ends::Inside };
        let mut records = Records::at(Cursor::new(bytes), recognised.format.dialect, place, ends);
        scan.read(&mut records, &recognised.header)?;
        place = records.place();
        length = if place.offset > start { SCAN_BYTES } else { length * 2 };
    }
    Ok(scan.into_scattered())
}
