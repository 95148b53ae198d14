//! Shopify's product export: a CSV in which a product is as many rows as it has variants or images, whichever are more. Only the
//! first has the title and what else is said once; what belongs together has the same handle.

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

/// More rows than any product of Shopify's has (2,048 variants); what is longer is refused rather than kept in memory.
const MAX_ROWS: usize = 5_000;
/// How many products are read, and written, at once, and how many variants, or the last product's more.
const PRODUCTS_AT_ONCE: usize = 100;
const VARIANTS_AT_ONCE: usize = 1_000;

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where it begins, from 1.
    pub line: u64,
    /// For people.
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
    /// Where the next product begins.
    place: Place,
    /// Whether there is no further product that is whole.
    is_over: bool,
}

/// What comes next in a file.
#[derive(Debug)]
enum Item {
    /// A product and the line on which it begins, or every row of it that is bad: all of it or nothing.
    Product(Result<(u64, ProductImport), Vec<BadRow>>),
    /// A bad row that does not say to which product it belongs.
    Stray(BadRow),
}

/// Products that are written together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Each with the line on which it begins.
    pub entries: Vec<(u64, ProductImport)>,
    /// The rows that are bad, in the order of the file.
    pub bad: Vec<BadRow>,
    /// How many products are left out because of them.
    pub left_out: usize,
}

impl Batch {
    /// How many products it is, good and bad.
    pub fn products(&self) -> usize {
        self.entries.len() + self.left_out
    }

    /// Leaves out the products whose slug came before in the file, on this line.
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

    /// Notes that a product was left out, and why.
    pub fn leave_out(&mut self, line: u64, reason: String) {
        self.bad.push(BadRow { line, reason });
        self.left_out += 1;
    }
}

impl<R: BufRead> Products<R> {
    /// The products that follow the header, or a place where a product begins.
    pub fn new(records: Records<R>, columns: Columns) -> Self {
        let place = records.place();
        Self { records, columns, ahead: None, strays: VecDeque::new(), place, is_over: false }
    }

    /// Where the products begin that were not read yet.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The next products; `None` at the end, or where the bytes do not reach to the end of the next.
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
        // They stand before the place that is next.
        batch.bad.extend(self.strays.drain(..));
        Ok((batch.products() > 0 || !batch.bad.is_empty()).then_some(batch))
    }

    /// How many products follow: for a progress bar.
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
            // There may be more of it. It is read again, and what was found among its rows with it.
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
