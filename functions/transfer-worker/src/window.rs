//! A part of a file in memory, and the products in it.

use std::io::Cursor;

use shared::catalogue::shopify::records::{Ends, Place, Records};
use shared::catalogue::shopify::{Batch, Columns, Header, Products, Unrecognised};
use shared::storage::Storage;
use shared::transfers::store::imports::LeasedImport;

/// What one product may weigh.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Why a file cannot be gone through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the file is not there any more")]
    Gone,
    #[error("the file is not understood: {0}")]
    Unrecognised(#[from] Unrecognised),
    #[error("line {0}: the product that begins here is larger than 64 MiB; is a quote not closed?")]
    TooLarge(u64),
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// A part of a file.
pub(crate) struct Window {
    products: Products<Cursor<Vec<u8>>>,
    /// The names of the columns.
    pub(crate) header: Vec<String>,
    begins: u64,
    length: u64,
}

impl Window {
    /// The part that begins where the file's rest does; of this length, or up to the end.
    pub(crate) async fn read(
        storage: &dyn Storage,
        file: &LeasedImport,
        length: u64,
    ) -> anyhow::Result<Result<Self, Unreadable>> {
        let begins = file.place.offset;
        let end = file.bytes.min(begins + length);
        let Some(bytes) = storage.read(&file.storage_key, begins..end).await? else {
            return Ok(Err(Unreadable::Gone));
        };
        let ends = if end >= file.bytes { Ends::WithFile } else { Ends::Inside };
        Ok(Self::of(bytes, file, ends, length))
    }

    fn of(bytes: Vec<u8>, file: &LeasedImport, ends: Ends, length: u64) -> Result<Self, Unreadable> {
        let begins = file.place.offset;
        let known = file.header.clone().and_then(|header| Some((Columns::recognise(&header)?, header)));
        let (records, header, columns) = match known {
            Some((columns, header)) => (Records::at(Cursor::new(bytes), file.place, ends), header, columns),
            None => {
                let mut records = Records::beginning(Cursor::new(bytes), ends)?;
                let (Header(header), columns) = Header::read(&mut records)?;
                (records, header, columns)
            }
        };
        Ok(Self { products: Products::new(records, columns), header, begins, length })
    }

    /// The next products; `None` where there is none that is whole.
    pub(crate) fn batch(&mut self) -> Result<Option<Batch>, Unreadable> {
        Ok(self.products.batch()?)
    }

    /// Where the rest begins.
    pub(crate) fn place(&self) -> Place {
        self.products.place()
    }

    /// How long the next part is to be: longer, where not one product was whole in this one.
    pub(crate) fn next_length(&self, usual: u64) -> Result<u64, Unreadable> {
        if self.place().offset > self.begins {
            Ok(usual)
        } else if self.length < LARGEST {
            Ok(self.length * 2)
        } else {
            Err(Unreadable::TooLarge(self.place().line))
        }
    }
}
