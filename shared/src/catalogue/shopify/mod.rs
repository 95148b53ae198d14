//! Shopify's product export: a CSV with as many rows for a product as it has variants or images, whichever are more. All rows of a product
//! have the same handle; only the first has the title and the other fields of the product.

mod columns;
mod export;
mod header;
mod product;
pub mod records;
mod row;

use std::collections::VecDeque;
use std::io::{self, BufRead};

use columns::Column;
pub use columns::{Columns, NotComparable};
pub use export::{Cells, rows, write_header, write_rows};
pub use header::{Header, Unrecognised};
use records::{Place, Records};
use row::Row;

use super::product_import::ProductImport;
use super::write::Stock;

/// Maximum number of rows of a product, more than Shopify allows (2,048 variants). A longer product is refused instead of kept in memory.
const MAX_ROWS: usize = 5_000;
/// Maximum numbers of products and of variants that are read and written together; only the last product may exceed the second.
const PRODUCTS_AT_ONCE: usize = 100;
const VARIANTS_AT_ONCE: usize = 1_000;

/// A row that cannot be imported, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line on which the row begins, from 1.
    pub line: u64,
    /// Reason for people to read.
    pub reason: String,
}

/// The products of a file, one after the other.
#[derive(Debug)]
pub struct Products<R> {
    records: Records<R>,
    columns: Columns,
    /// The first row of the next product.
    ahead: Option<Row>,
    strays: VecDeque<RowError>,
    /// The position at which the next product begins.
    place: Place,
    /// True if no complete product follows.
    is_over: bool,
}

/// The next item of a file.
#[derive(Debug)]
enum Item {
    /// A product with the line on which it begins, or the errors of its rows; one of them refuses the whole product.
    Product(Result<(u64, ProductImport), Vec<RowError>>),
    /// An error of a row whose product is unknown.
    Stray(RowError),
}

/// Products that are written together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The products, each with the line on which it begins.
    pub entries: Vec<(u64, ProductImport)>,
    /// The errors, in the order of the file.
    pub errors: Vec<RowError>,
    /// Number of products that are skipped because of them.
    pub skipped: usize,
}

impl Batch {
    /// Returns the number of products, skipped ones included.
    pub fn products(&self) -> usize {
        self.entries.len() + self.skipped
    }

    /// Skips the products that began earlier in the file; `earlier_line` returns the line on which the product with this handle did.
    pub fn skip_repeated(&mut self, earlier_line: impl Fn(&str) -> Option<u64>) {
        let mut seen: Vec<(String, u64)> = Vec::new();
        for (line, entry) in std::mem::take(&mut self.entries) {
            let here = seen.iter().find(|(handle, _)| *handle == entry.handle).map(|(_, line)| *line);
            match earlier_line(&entry.handle).or(here) {
                Some(earlier) => self.skip(
                    line,
                    format!(
                        "the product \"{}\" already began on line {earlier}; all rows of a product must be next to each other",
                        entry.handle
                    ),
                ),
                None => {
                    seen.push((entry.handle.clone(), line));
                    self.entries.push((line, entry));
                }
            }
        }
    }

    /// Records that a product was skipped, and why.
    pub fn skip(&mut self, line: u64, reason: String) {
        self.errors.push(RowError { line, reason });
        self.skipped += 1;
    }
}

impl<R: BufRead> Products<R> {
    /// Reads the products after the header, or from a position at which a product begins.
    pub fn new(records: Records<R>, columns: Columns) -> Self {
        let place = records.place();
        Self { records, columns, ahead: None, strays: VecDeque::new(), place, is_over: false }
    }

    /// Checks that the file has the columns that this meaning of its stock needs.
    pub fn check_stock(&self, stock: Stock) -> Result<(), NotComparable> {
        self.columns.check_stock(stock)
    }

    /// Returns the position at which the unread products begin.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns the next products; `None` at the end, or if the bytes end before the next product does.
    pub fn batch(&mut self) -> io::Result<Option<Batch>> {
        let (mut batch, mut variants) = (Batch::default(), 0);
        while batch.products() < PRODUCTS_AT_ONCE && variants < VARIANTS_AT_ONCE {
            match self.next()? {
                None => break,
                Some(Item::Stray(error)) => batch.errors.push(error),
                Some(Item::Product(Ok((line, entry)))) => {
                    variants += entry.variants.len();
                    batch.entries.push((line, entry));
                }
                Some(Item::Product(Err(errors))) => {
                    batch.errors.extend(errors);
                    batch.skipped += 1;
                }
            }
        }
        // These rows stand before the next position.
        batch.errors.extend(self.strays.drain(..));
        Ok((batch.products() > 0 || !batch.errors.is_empty()).then_some(batch))
    }

    /// Counts the remaining products, for a progress bar.
    pub fn count(mut self) -> io::Result<u64> {
        let (mut count, mut last) = (0, String::new());
        while let Some(row) = self.next_row()? {
            if row.handle != last {
                count += 1;
                last = row.handle;
            }
        }
        Ok(count)
    }

    fn next(&mut self) -> io::Result<Option<Item>> {
        if let Some(stray) = self.strays.pop_front() {
            return Ok(Some(Item::Stray(stray)));
        }
        if self.is_over {
            return Ok(None);
        }
        let Some(first) = self.next_row()? else {
            self.is_over = true;
            self.place = self.records.place();
            return Ok(self.strays.pop_front().map(Item::Stray));
        };
        self.place = first.place;
        let strays = self.strays.len();
        let mut rows = vec![first];
        while let Some(row) = self.next_row()? {
            if rows.first().is_none_or(|first| first.handle != row.handle) {
                self.place = row.place;
                self.ahead = Some(row);
                return Ok(Some(self.item(&rows)));
            }
            if rows.len() <= MAX_ROWS {
                rows.push(row);
            }
        }
        if self.records.has_run_out() {
            // More rows of it may follow, so it is read again later, and the errors among them too.
            self.is_over = true;
            self.strays.truncate(strays);
            return Ok(self.strays.pop_front().map(Item::Stray));
        }
        self.place = self.records.place();
        Ok(Some(self.item(&rows)))
    }

    fn next_row(&mut self) -> io::Result<Option<Row>> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        while let Some(record) = self.records.record()? {
            let row = Row::new(record, &self.columns);
            if !row.handle.is_empty() {
                return Ok(Some(row));
            }
            let reason = row.error.unwrap_or_else(|| "\"Handle\" is empty".to_owned());
            self.strays.push_back(RowError { line: row.place.line, reason });
        }
        Ok(None)
    }

    fn item(&self, rows: &[Row]) -> Item {
        let line = rows.first().map_or(0, |row| row.place.line);
        if rows.len() > MAX_ROWS {
            let reason = format!("the product has more than {MAX_ROWS} rows");
            return Item::Product(Err(vec![RowError { line, reason }]));
        }
        Item::Product(product::read(rows, &self.columns).map(|entry| (line, entry)))
    }
}
