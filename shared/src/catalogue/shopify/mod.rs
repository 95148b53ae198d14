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
pub use columns::Columns;
pub use export::{Cells, rows, write_header, write_rows};
pub use header::{Header, Unrecognised};
use records::{Place, Records};
use row::Row;

use super::product_import::ProductImport;

/// Maximum number of rows of a product, more than Shopify allows (2,048 variants). A longer product is refused instead of kept in memory.
const MAX_ROWS: usize = 5_000;
/// Maximum numbers of products and of variants that are read and written together; only the last product may exceed the second.
const PRODUCTS_AT_ONCE: usize = 100;
const VARIANTS_AT_ONCE: usize = 1_000;

/// A row that was refused, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
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
    strays: VecDeque<BadRow>,
    /// The position at which the next product begins.
    place: Place,
    /// True if no complete product follows.
    is_over: bool,
}

/// The next item of a file.
#[derive(Debug)]
enum Item {
    /// A product with the line on which it begins, or all of its bad rows; one bad row refuses the whole product.
    Product(Result<(u64, ProductImport), Vec<BadRow>>),
    /// A bad row whose product is unknown.
    Stray(BadRow),
}

/// Products that are written together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The products, each with the line on which it begins.
    pub entries: Vec<(u64, ProductImport)>,
    /// The bad rows, in the order of the file.
    pub bad: Vec<BadRow>,
    /// Number of products that are skipped because of bad rows.
    pub left_out: usize,
}

impl Batch {
    /// Returns the number of products, good and bad.
    pub fn products(&self) -> usize {
        self.entries.len() + self.left_out
    }

    /// Skips the products whose slug began earlier in the file; `begun_before` returns the line on which it did.
    pub fn refuse_begun(&mut self, begun_before: impl Fn(&str) -> Option<u64>) {
        let mut begun: Vec<(String, u64)> = Vec::new();
        for (line, entry) in std::mem::take(&mut self.entries) {
            let here = begun.iter().find(|(slug, _)| *slug == entry.slug).map(|(_, line)| *line);
            match begun_before(&entry.slug).or(here) {
                Some(before) => self.leave_out(
                    line,
                    format!(
                        "the product \"{}\" began on line {before} already; its rows must stand together",
                        entry.slug
                    ),
                ),
                None => {
                    begun.push((entry.slug.clone(), line));
                    self.entries.push((line, entry));
                }
            }
        }
    }

    /// Records that a product was skipped, and why.
    pub fn leave_out(&mut self, line: u64, reason: String) {
        self.bad.push(BadRow { line, reason });
        self.left_out += 1;
    }
}

impl<R: BufRead> Products<R> {
    /// Reads the products after the header, or from a position at which a product begins.
    pub fn new(records: Records<R>, columns: Columns) -> Self {
        let place = records.place();
        Self { records, columns, ahead: None, strays: VecDeque::new(), place, is_over: false }
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
                Some(Item::Stray(bad)) => batch.bad.push(bad),
                Some(Item::Product(Ok((line, entry)))) => {
                    variants += entry.variants.len();
                    batch.entries.push((line, entry));
                }
                Some(Item::Product(Err(bad))) => {
                    batch.bad.extend(bad);
                    batch.left_out += 1;
                }
            }
        }
        // These rows stand before the next position.
        batch.bad.extend(self.strays.drain(..));
        Ok((batch.products() > 0 || !batch.bad.is_empty()).then_some(batch))
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
            // More rows of it may follow, so it is read again later, and the bad rows among it too.
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
            let reason = row.bad.unwrap_or_else(|| "\"Handle\" is empty".to_owned());
            self.strays.push_back(BadRow { line: row.place.line, reason });
        }
        Ok(None)
    }

    fn item(&self, rows: &[Row]) -> Item {
        let line = rows.first().map_or(0, |row| row.place.line);
        if rows.len() > MAX_ROWS {
            let reason = format!("the product has more than {MAX_ROWS} rows");
            return Item::Product(Err(vec![BadRow { line, reason }]));
        }
        Item::Product(product::read(rows, &self.columns).map(|entry| (line, entry)))
    }
}
