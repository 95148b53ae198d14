//! Shopify's product export: a CSV with as many rows for a product as it has variants or images, whichever are more. All rows of a product
//! have the same handle; only the first has the title and the other fields of the product.

mod category_paths;
mod columns;
mod export;
mod options;
mod product;
mod row;
mod scan;

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::Arc;

use columns::{Column, Columns};
pub use columns::{column_twice, is_inventory, known_columns};
pub use export::{Cells, rows, write_header, write_rows};
use product::Rules;
use row::{HandleAndSku, handle_and_sku, without_handle};
pub use scan::{Scan, Scattered};

use super::product_file::records::{Place, Records};
use super::product_file::{Batch, NamedSkus, NotComparable, PRODUCTS_AT_ONCE, Row, RowError, VARIANTS_AT_ONCE};
use super::product_import::ProductImport;
use super::write::Stock;
use crate::money::Currency;

/// Maximum number of rows of a product, more than Shopify allows (2,048 variants). A longer product is refused instead of kept in memory.
const MAX_ROWS: usize = 5_000;

/// The products of a file, one after the other.
#[derive(Debug)]
pub struct Products<R> {
    records: Records<R>,
    columns: Columns,
    rules: Rules,
    scattered: Arc<Scattered>,
    /// The first row of the next product.
    ahead: Option<Row>,
    /// Errors of rows that belong to no product.
    strays: VecDeque<RowError>,
    /// The SKUs of the products since the last batch, and of the product before them, each with its handle.
    skus: Vec<HandleAndSku>,
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

impl<R: BufRead> Products<R> {
    /// Reads the products after the header, or from a position at which a product begins. The products of `scattered` handles are refused.
    pub fn new(records: Records<R>, header: &[String], scattered: Arc<Scattered>, currency: Currency) -> Self {
        let columns = Columns::find(header, records.delimiter());
        let place = records.place();
        let rules = Rules { currency, allows_repeated_skus: false };
        let (strays, skus) = (VecDeque::new(), Vec::new());
        Self { records, columns, rules, scattered, ahead: None, strays, skus, place, is_over: false }
    }

    /// Allows several variants of a product to have the same SKU in the file.
    #[must_use]
    pub fn with_repeated_skus(mut self, allowed: bool) -> Self {
        self.rules.allows_repeated_skus = allowed;
        self
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
        batch.skus = Arc::new(self.named_skus());
        let last = self.skus.last().map(|last| last.handle.clone());
        self.skus.retain(|one| Some(&one.handle) == last.as_ref());
        Ok((batch.products() > 0 || !batch.errors.is_empty()).then_some(batch))
    }

    /// Returns the SKUs since the last batch, those of the product before it, and that of the row ahead.
    fn named_skus(&self) -> NamedSkus {
        let ahead = self.ahead.as_ref().and_then(|row| handle_and_sku(row, &self.columns));
        let mut named = NamedSkus::default();
        for HandleAndSku { handle, sku } in self.skus.iter().chain(&ahead) {
            named.add(sku, handle.clone());
        }
        named
    }

    fn next(&mut self) -> io::Result<Option<Item>> {
        if let Some(stray) = self.strays.pop_front() {
            return Ok(Some(Item::Stray(stray)));
        }
        if self.is_over {
            return Ok(None);
        }
        let Some(first) = self.first_row()? else {
            self.is_over = true;
            self.place = self.records.place();
            return Ok(self.strays.pop_front().map(Item::Stray));
        };
        self.place = first.place;
        let mut found = Found::new(first);
        while let Some(row) = self.next_row()? {
            if row.key.is_empty() {
                found.strays.push(row);
            } else if row.key != found.handle() {
                self.place = row.place;
                let item = self.item(found, Some(&row));
                self.ahead = Some(row);
                return Ok(Some(item));
            } else if found.rows.len() <= MAX_ROWS {
                found.rows.push(row);
            }
        }
        if self.records.has_run_out() {
            // More rows of it may follow, so it is read again later, and the rows without a handle behind it too.
            self.is_over = true;
            return Ok(None);
        }
        self.place = self.records.place();
        Ok(Some(self.item(found, None)))
    }

    /// Returns the first row of the next product. Rows without a handle before it belong to no product.
    fn first_row(&mut self) -> io::Result<Option<Row>> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        while let Some(row) = self.next_row()? {
            if !row.key.is_empty() {
                return Ok(Some(row));
            }
            self.strays.push_back(RowError { line: row.place.line, reason: without_handle(&row, &self.columns) });
        }
        Ok(None)
    }

    fn next_row(&mut self) -> io::Result<Option<Row>> {
        Ok(self.records.record()?.map(|record| row::read(record, &self.columns)))
    }

    /// Reads the rows that were found for a product. `next` is the first row of the product behind them.
    fn item(&mut self, found: Found, next: Option<&Row>) -> Item {
        let line = found.line();
        self.skus.extend(found.rows.iter().filter_map(|row| handle_and_sku(row, &self.columns)));
        if found.rows.len() > MAX_ROWS {
            let reason = format!("the product has more than {MAX_ROWS} rows");
            return Item::Product(Err(vec![RowError { line, reason }]));
        }
        let mut errors = Vec::new();
        for stray in &found.strays {
            let belongs = found.owns(stray, &self.columns);
            let reason = if belongs {
                format!(
                    "{}; the product \"{}\" before it is not imported",
                    without_handle(stray, &self.columns),
                    found.handle()
                )
            } else {
                without_handle(stray, &self.columns)
            };
            let error = RowError { line: stray.place.line, reason };
            if belongs { errors.push(error) } else { self.strays.push_back(error) }
        }
        // The cells of a row between two rows of the product were deleted. Empty rows between products are no rows of theirs.
        errors.extend(found.rows.iter().skip(1).filter(|row| row.follows_empty_row).map(|row| RowError {
            line: row.place.line,
            reason: "all cells of the row before this one are empty; complete that row, or remove it".to_owned(),
        }));
        if let Some(reason) = self.scattered.reason(found.handle(), line) {
            errors.push(RowError { line, reason });
            return Item::Product(Err(errors));
        }
        let read = product::read(&found.rows, &self.columns, self.rules);
        errors.extend(read.as_ref().err().into_iter().flatten().cloned());
        if errors.is_empty() {
            errors.extend(next.and_then(|next| self.lost_row(next)).map(|reason| RowError { line, reason }));
        }
        errors.sort_by_key(|error| error.line);
        match read {
            Ok(entry) if errors.is_empty() => Item::Product(Ok((line, entry))),
            Ok(_) | Err(_) => Item::Product(Err(errors)),
        }
    }

    /// Returns the reason why the first row of the next product may be a row of the product before it: it has no title, so its handle is
    /// damaged, or its product's first row is lost.
    fn lost_row(&self, next: &Row) -> Option<String> {
        let has_title = !self.columns.has(Column::Title) || next.cell(&self.columns, Column::Title).is_some();
        let (line, handle) = (next.place.line, &next.key);
        let reason = "may be a row of this product: its handle is";
        (!has_title).then(|| format!("line {line} {reason} \"{handle}\", but it has no title; correct that line"))
    }
}

/// The rows of a product, and the rows without a handle between and behind them.
struct Found {
    rows: Vec<Row>,
    strays: Vec<Row>,
}

impl Found {
    fn new(first: Row) -> Self {
        Self { rows: vec![first], strays: Vec::new() }
    }

    fn handle(&self) -> &str {
        self.rows.first().map_or("", |first| &first.key)
    }

    fn line(&self) -> u64 {
        self.rows.first().map_or(0, |first| first.place.line)
    }

    /// Returns true if a row without a handle may be one of this product's: it is between rows of the product, it is damaged, its cells may be
    /// in other columns because one of them is the handle, or it has no title of another product.
    fn owns(&self, stray: &Row, columns: &Columns) -> bool {
        let is_between = self.rows.last().is_some_and(|last| stray.place.line < last.place.line);
        let title = |row: &Row| row.cell(columns, Column::Title).map(str::to_owned);
        let has_no_other_title = || title(stray).is_none_or(|stray| self.rows.first().and_then(title) == Some(stray));
        is_between || stray.error.is_some() || stray.has_cell(self.handle()) || has_no_other_title()
    }
}
