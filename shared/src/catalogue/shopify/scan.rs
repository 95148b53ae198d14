//! Reads the handles of a whole file before its products are imported: a product whose rows are not all next to each other must not be
//! taken for one that has lost its other rows.

use std::collections::HashMap;
use std::io::{self, BufRead};

use super::{Column, Columns};
use crate::catalogue::name_key::is_blank;
use crate::catalogue::product_file::records::{Record, Records};
use crate::catalogue::product_file::{Delimiter, unquoted, without_guards};

/// The handles that a file has so far.
#[derive(Debug, Default)]
pub struct Scan {
    /// Number of products: of runs of rows with the same handle.
    pub products: u64,
    last: String,
    /// The line of a record that is too large, until the next row with a handle: other rows of that row's product may be in the record.
    too_large: Option<u64>,
    /// The line on which each product begins.
    lines: HashMap<String, u64>,
    scattered: Scattered,
}

impl Scan {
    /// Reads the handles of all records that follow. The last record's handle counts also if more records follow elsewhere.
    pub fn read<R: BufRead>(&mut self, records: &mut Records<R>, header: &[String]) -> io::Result<()> {
        let at = Columns::find(header, records.delimiter()).place(Column::Handle).unwrap_or_default();
        while let Some(record) = records.record()? {
            let handle = record.fields.get(at).map(|handle| String::from_utf8_lossy(handle)).unwrap_or_default();
            let handle = &*without_guards(unquoted(handle.trim(), false));
            // Rows without a handle do not separate the rows of a product.
            if !is_blank(handle) {
                let too_large = self.too_large.take();
                if handle != self.last {
                    if let Some(line) = too_large {
                        self.scattered.add(handle, line, record.place.line);
                    }
                    self.begin(handle, record.place.line);
                }
            }
            if record.is_misquoted {
                self.read_swallowed(&record, at, records.delimiter());
            }
            if record.is_too_large {
                self.too_large = Some(record.place.line);
            }
        }
        Ok(())
    }

    /// Reads the handles of the rows that a cell contains because a closing quote is missing. Further rows of their products may follow.
    fn read_swallowed(&mut self, record: &Record, at: usize, delimiter: Delimiter) {
        let mut line = record.place.line;
        for (column, field) in record.fields.iter().enumerate() {
            let text = String::from_utf8_lossy(field);
            for (further, row) in text.split('\n').enumerate() {
                line += u64::from(further > 0);
                // The first line of the cell goes on with the record's own row.
                let at = if further > 0 { Some(at) } else { at.checked_sub(column) };
                let mut cells = row.split(char::from(delimiter.byte()));
                let handle = at.and_then(|at| cells.nth(at)).unwrap_or_default();
                self.note_swallowed(&without_guards(unquoted(handle.trim(), false)), line);
            }
        }
    }

    fn note_swallowed(&mut self, handle: &str, line: u64) {
        if is_blank(handle) || handle == self.last {
            return;
        }
        self.note(handle, line);
        // A row with the same handle begins the product again.
        self.last.clear();
    }

    fn begin(&mut self, handle: &str, line: u64) {
        self.products += 1;
        handle.clone_into(&mut self.last);
        self.note(handle, line);
    }

    /// Records the line on which a product begins: it is scattered if it began before.
    fn note(&mut self, handle: &str, line: u64) {
        match self.lines.get(handle) {
            Some(first) => self.scattered.add(handle, *first, line),
            None => drop(self.lines.insert(handle.to_owned(), line)),
        }
    }

    /// Returns the handles whose rows are not next to each other.
    pub fn into_scattered(self) -> Scattered {
        self.scattered
    }
}

/// Handles whose rows are not next to each other, with the line on which the first run of rows begins and that of the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scattered(HashMap<String, (u64, u64)>);

impl Scattered {
    /// Adds a handle with the lines on which its rows begin, and begin again.
    pub fn add(&mut self, handle: &str, first: u64, again: u64) {
        self.0.entry(handle.to_owned()).or_insert((first, again));
    }

    /// Returns the number of handles.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if the rows of every product are next to each other.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each handle with its two lines.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        self.0.iter().map(|(handle, (first, again))| (handle.as_str(), *first, *again))
    }

    /// Returns the reason why the rows of this handle that begin on this line are not imported.
    pub(super) fn reason(&self, handle: &str, line: u64) -> Option<String> {
        let (first, again) = self.0.get(handle)?;
        let other = if line == *first {
            format!("begins again on line {again}")
        } else {
            format!("already began on line {first}")
        };
        Some(format!("the product \"{handle}\" {other}; all rows of a product must be next to each other"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::product_file::{Encoding, Recognised};

    fn scan(rows: &[&str]) -> Scan {
        let text = format!("Tags,Handle\n{}\n", rows.join("\n"));
        let file = Recognised::of(text.as_bytes(), Encoding::Utf8, None).unwrap();
        let mut scan = Scan::default();
        scan.read(&mut file.rows(text.as_bytes()).unwrap(), &file.header).unwrap();
        scan
    }

    #[test]
    fn a_handle_that_comes_again_later_is_scattered() {
        let found = scan(&["x,a", "x,b", ",b", ",b", "x,a", ",c", ",a"]);
        assert_eq!(found.products, 5);
        let scattered = found.into_scattered();
        assert_eq!(scattered.iter().collect::<Vec<_>>(), [("a", 2, 6)]);
        let reasons = [2, 6, 8].map(|line| scattered.reason("a", line).unwrap());
        assert!(
            reasons[0].contains("begins again on line 6")
                && reasons[1..].iter().all(|reason| reason.contains("already began on line 2"))
        );
        assert_eq!(scattered.reason("b", 3), None);
    }

    #[test]
    fn the_rows_of_a_product_behind_a_missing_quote_are_scattered() {
        let found = scan(&["x,b", "\"x,b", "x,c", "\"x\",c", "x,c", "x,d"]);
        let mut scattered: Vec<_> = found.scattered.iter().collect();
        scattered.sort_unstable();
        assert_eq!(scattered, [("b", 2, 3), ("c", 3, 4)]);
    }

    #[test]
    fn the_product_behind_a_record_that_is_too_large_may_have_begun_in_it() {
        let large = format!("\"x{}\",b", "\n".repeat(2_100_000));
        let found = scan(&["x,a", &large, ",", ",c", "x,c", "x,d"]);
        let again = 3 + 2_100_000 + 2;
        assert_eq!(found.scattered.iter().collect::<Vec<_>>(), [("c", 3, again)]);
        // The rows of a product around the record are read as those of a product.
        assert_eq!(scan(&["x,b", &large, "x,b", "x,c"]).scattered.iter().collect::<Vec<_>>(), []);
    }

    #[test]
    fn rows_without_a_handle_do_not_separate_a_product() {
        assert!(scan(&["x,a", "x,", ",a", ",", "x,\u{200b}", " , a "]).into_scattered().is_empty());
    }
}
