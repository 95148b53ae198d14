//! A part of an import's file in memory, and the products in it.

use std::io::Cursor;
use std::sync::Arc;

use shared::catalogue::product_file::records::{Ends, Place, Records};
use shared::catalogue::product_file::{Batch, FileKind, NotComparable, Products, Recognised, Unrecognised};
use shared::catalogue::shopify::{self, Scattered};
use shared::catalogue::woocommerce;
use shared::catalogue::write::DuplicateSkus;
use shared::transfers::store::imports::LeasedImport;

use crate::Worker;

/// Maximum size of one product in bytes.
pub(crate) const MAX_PRODUCT_BYTES: u64 = 64 * 1024 * 1024;

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
    start: u64,
    length: u64,
}

impl Window {
    /// Reads the part that begins at the position of `rest` and has this length in bytes, or ends with the file; all of a file in
    /// WooCommerce's format.
    pub(crate) async fn read(
        worker: &Worker,
        file: &LeasedImport,
        rest: &Recognised,
        scattered: &Arc<Scattered>,
        length: u64,
    ) -> anyhow::Result<Result<Self, Unreadable>> {
        let start = rest.place.offset;
        let range = match rest.format.kind {
            FileKind::ShopifyCsv => start..file.bytes.min(start + length),
            FileKind::WooCommerceCsv if file.bytes > woocommerce::MAX_BYTES => {
                return Ok(Err(Unrecognised::TooLarge.into()));
            }
            FileKind::WooCommerceCsv => 0..file.bytes,
        };
        let ends = if range.end >= file.bytes { Ends::WithFile } else { Ends::Inside };
        let Some(bytes) = worker.storage.read(&file.storage_key, range).await? else {
            return Ok(Err(Unreadable::Missing));
        };
        let products = match rest.format.kind {
            FileKind::ShopifyCsv => {
                let records = Records::at(Cursor::new(bytes), rest.format.dialect, rest.place, ends);
                let repeats_skus = file.options.duplicate_skus == DuplicateSkus::Suffix;
                let products = shopify::Products::new(records, &rest.header, scattered.clone(), file.currency);
                Products::Shopify(Box::new(products.with_repeated_skus(repeats_skus)))
            }
            FileKind::WooCommerceCsv => Products::WooCommerce(Box::new(woocommerce::Products::new(
                bytes,
                rest,
                file.currency,
                worker.clock.now(),
            )?)),
        };
        Ok(products
            .check_stock(file.options.stock)
            .map(|()| Self { products, start, length })
            .map_err(Unreadable::from))
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
