//! WooCommerce's product export: a CSV with a row for each product and each variation, by their ids. Variations may be far from their product
//! and before it, so the whole file is in memory, at most [`MAX_BYTES`].

mod attributes;
mod cells;
mod columns;
mod index;
mod kind;
mod parent;
mod prices;
mod product;
mod publication;
mod stock;
mod translated;
mod variations;

use std::io;
use std::sync::Arc;

use columns::Columns;
pub use columns::{column_twice, known_columns, lacks_type};
use index::{Index, Item};
use kind::Kind;
use product::{ProductRows, Rules};
pub use translated::is_translated;

use super::product_file::records::{Ends, Place, Records};
use super::product_file::{
    Batch, Dialect, FileKind, NamedSkus, NotComparable, PRODUCTS_AT_ONCE, Recognised, Row, RowError, VARIANTS_AT_ONCE,
    records_behind_header,
};
use super::product_import::ProductImport;
use super::write::Stock;
use crate::money::Currency;
use crate::time::Timestamp;

/// Maximum size of a file in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The products of a file, in the order of their first rows.
#[derive(Debug)]
pub struct Products {
    file: Vec<u8>,
    dialect: Dialect,
    columns: Columns,
    index: Index,
    /// The SKUs of the whole file.
    skus: Arc<NamedSkus>,
    currency: Currency,
    now: Timestamp,
    /// The position at which the first product begins that was not read yet.
    place: Place,
}

impl Products {
    /// Reads the products of a whole file that begin behind the position of `rest`, with prices in this currency. Sales are those of the time
    /// `now`.
    pub fn new(file: Vec<u8>, rest: &Recognised, currency: Currency, now: Timestamp) -> io::Result<Self> {
        let dialect = rest.format.dialect;
        let columns = Columns::find(&rest.header, dialect.delimiter);
        let mut index = Index::read(records_behind_header(&file, dialect)?, &columns)?;
        let skus = Arc::new(std::mem::take(&mut index.skus));
        let mut products = Self { file, dialect, columns, index, skus, currency, now, place: rest.place };
        products.index.is_whole = products.index.is_whole && products.variations_fit()?;
        Ok(products)
    }

    /// Fails if the stock of the file is to be compared, because no file of WooCommerce says what stock its author saw.
    pub const fn check_stock(stock: Stock) -> Result<(), NotComparable> {
        match stock {
            Stock::Compare => Err(NotComparable::Kind(FileKind::WooCommerceCsv)),
            Stock::Keep | Stock::Initial | Stock::Set => Ok(()),
        }
    }

    /// Returns the number of products in the whole file.
    pub fn count(&self) -> u64 {
        self.index.products.len() as u64
    }

    /// Returns the position at which the unread products begin.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Returns the next products; `None` at the end.
    pub fn batch(&mut self) -> io::Result<Option<Batch>> {
        let (mut batch, mut variants) = (Batch { skus: self.skus.clone(), ..Batch::default() }, 0);
        while batch.products() < PRODUCTS_AT_ONCE && variants < VARIANTS_AT_ONCE {
            let Some(item) = self.index.next(self.place) else {
                self.place = self.index.end;
                break;
            };
            match item {
                Item::Stray(error) => batch.errors.push(error.clone()),
                Item::Product(product) => match self.read(product)? {
                    Ok((line, entry)) => {
                        variants += entry.variants.len();
                        batch.entries.push((line, entry));
                    }
                    Err(errors) => {
                        batch.errors.extend(errors);
                        batch.skipped += 1;
                    }
                },
            }
            self.place = self.index.after(self.place);
        }
        Ok((batch.products() > 0 || !batch.errors.is_empty()).then_some(batch))
    }

    fn read(&self, product: &index::Product) -> io::Result<ReadProduct> {
        if !product.errors.is_empty() {
            return Ok(Err(product.errors.clone()));
        }
        let rows = ProductRows {
            handle: product.handle.to_string(),
            head: self.row(product.head)?,
            variations: if product.kind == Kind::Variable { Some(self.variations(product)?) } else { None },
        };
        let rules =
            Rules { columns: &self.columns, is_whole: self.index.is_whole, currency: self.currency, now: self.now };
        Ok(product::read(&rows, rules).map(|entry| (product.head.line, entry)))
    }

    /// Returns true if every variation has values that its product lists, and no two of a product have the same. One that does not fit may be one
    /// of another product. This is only known once all rows are, and it only matters to a file that may remove variants.
    fn variations_fit(&self) -> io::Result<bool> {
        if !self.columns.has_all_variants() {
            return Ok(true);
        }
        for product in self.index.products.iter().filter(|product| product.kind == Kind::Variable) {
            if !variations::fit(&self.row(product.head)?, &self.variations(product)?, &self.columns) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the rows of a product's variations.
    fn variations(&self, product: &index::Product) -> io::Result<Vec<Row>> {
        product.variations.iter().map(|place| self.row(*place)).collect()
    }

    /// Reads the row at a position again.
    fn row(&self, place: Place) -> io::Result<Row> {
        let at = usize::try_from(place.offset).unwrap_or(usize::MAX);
        let bytes = self.file.get(at..).unwrap_or_default();
        let record = Records::at(bytes, self.dialect, place, Ends::WithFile).record()?;
        Ok(Row::new(record.unwrap_or_default(), &self.columns))
    }
}

type ReadProduct = Result<(u64, ProductImport), Vec<RowError>>;
