//! Shopify's product export: a CSV in which a product is as many rows as it has variants or images, whichever are more. Only the
//! first has the title and what else is said once; what belongs together has the same handle.

mod columns;
mod product;
mod row;

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead};

pub(crate) use columns::{Column, Columns};
pub(crate) use product::{NO_OPTION, NO_OPTION_VALUE, OPTIONS};
use row::Row;

use super::BadRow;
use super::records::Records;
use crate::entry::Entry;

/// More rows than any product of Shopify's has (2,048 variants); what is longer is refused rather than kept in memory.
const MOST_ROWS: usize = 5_000;

/// The products of a file, one after the other.
#[derive(Debug)]
pub(crate) struct Products<R> {
    records: Records<R>,
    columns: Columns,
    /// The first row of the next product.
    ahead: Option<Row>,
    strays: VecDeque<BadRow>,
    /// On which line each product began, by slug.
    begun: HashMap<String, u64>,
}

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Item {
    /// A product and the line on which it begins, or every row of it that is bad: all of it or nothing.
    Product(Result<(u64, Entry), Vec<BadRow>>),
    /// A bad row that does not say to which product it belongs.
    Stray(BadRow),
}

impl<R: BufRead> Products<R> {
    /// The products that follow the header.
    pub(crate) fn new(records: Records<R>, columns: Columns) -> Self {
        Self { records, columns, ahead: None, strays: VecDeque::new(), begun: HashMap::new() }
    }

    /// What comes next; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Item>> {
        if let Some(stray) = self.strays.pop_front() {
            return Ok(Some(Item::Stray(stray)));
        }
        let Some(first) = self.next_row()? else { return Ok(self.strays.pop_front().map(Item::Stray)) };
        let mut rows = vec![first];
        while let Some(row) = self.next_row()? {
            if rows.first().is_none_or(|first| first.handle != row.handle) {
                self.ahead = Some(row);
                break;
            }
            if rows.len() <= MOST_ROWS {
                rows.push(row);
            }
        }
        Ok(Some(Item::Product(self.entry(&rows))))
    }

    /// How many products follow: for the progress bar.
    pub(crate) fn count(mut self) -> io::Result<u64> {
        let (mut count, mut last) = (0, String::new());
        while let Some(row) = self.next_row()? {
            if row.handle != last {
                count += 1;
                last = row.handle;
            }
        }
        Ok(count)
    }

    fn next_row(&mut self) -> io::Result<Option<Row>> {
        if let Some(row) = self.ahead.take() {
            return Ok(Some(row));
        }
        while let Some(record) = self.records.next()? {
            let row = Row::new(record, &self.columns);
            if !row.handle.is_empty() {
                return Ok(Some(row));
            }
            let reason = row.bad.unwrap_or_else(|| "\"Handle\" is empty".to_owned());
            self.strays.push_back(BadRow { line: row.line, reason });
        }
        Ok(None)
    }

    fn entry(&mut self, rows: &[Row]) -> Result<(u64, Entry), Vec<BadRow>> {
        let line = rows.first().map_or(0, |row| row.line);
        let refuse = |reason: String| Err(vec![BadRow { line, reason }]);
        if rows.len() > MOST_ROWS {
            return refuse(format!("the product has more than {MOST_ROWS} rows"));
        }
        let entry = product::read(rows, &self.columns)?;
        match self.begun.insert(entry.slug.clone(), line) {
            Some(before) => refuse(format!(
                "the product \"{}\" began on line {before} already; its rows must stand together",
                entry.slug
            )),
            None => Ok((line, entry)),
        }
    }
}
