//! One row with its cells as typed values.

use std::fmt::Write as _;

use super::records::{IN_QUOTES, Place, Record, RecordEnd, TOO_LARGE};
use super::{Column, Columns};
use crate::catalogue::limits::{MAX_UNITS, MAX_URL};
use crate::money::Money;

/// A row. If the row itself is malformed, `error` has the reason, and its cells must not be read.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) place: Place,
    pub(crate) handle: String,
    pub(crate) error: Option<String>,
    cells: Vec<String>,
}

impl Row {
    /// Reads a record as a row. The handle of a malformed row is read too, so that its product is known. Empty cells at the end of a row
    /// may be missing, and there may be more of them than the header has columns.
    pub(crate) fn new(record: Record, columns: &Columns) -> Self {
        let mut error = unreadable(&record, columns.width);
        let mut cells = Vec::with_capacity(columns.width);
        for (at, field) in record.fields.into_iter().enumerate() {
            let cell = String::from_utf8(field).unwrap_or_else(|invalid| {
                error.get_or_insert_with(|| {
                    format!(
                        "{} is not UTF-8; programs such as Excel write CSV in Windows-1252: save the file as \"CSV UTF-8\"",
                        columns.name_at(at)
                    )
                });
                String::from_utf8_lossy(invalid.as_bytes()).into_owned()
            });
            if cell.contains('\0') {
                error.get_or_insert_with(|| format!("{} contains a NUL character; remove it", columns.name_at(at)));
            }
            cells.push(cell);
        }
        let handle = columns.place(Column::Handle).and_then(|at| cells.get(at));
        let handle = handle.map_or("", |handle| unquoted(handle.trim(), false)).to_owned();
        if let Some(at) = swallowed_row(&cells, &handle, columns) {
            error.get_or_insert_with(|| {
                format!("{} contains the next row; a closing quote is missing", columns.name_at(at))
            });
        }
        Self { place: record.place, handle, error, cells }
    }

    /// Returns true if a cell has this text.
    pub(crate) fn has_cell(&self, text: &str) -> bool {
        self.cells.iter().any(|cell| cell.trim() == text)
    }

    /// Returns the reason why a row without a handle is not imported.
    pub(crate) fn without_handle(&self) -> String {
        self.error.clone().unwrap_or_else(|| "\"Handle\" is empty".to_owned())
    }

    /// Returns the trimmed text of a cell; `None` if it is empty or the file has no such column.
    pub(crate) fn cell(&self, columns: &Columns, column: Column) -> Option<&str> {
        let cell = self.cells.get(columns.place(column)?)?.trim();
        // An apostrophe also protects codes made of digits, because a spreadsheet would remove their leading zeros.
        let is_code = matches!(column, Column::Barcode | Column::Sku);
        Some(unquoted(cell, is_code)).filter(|cell| !cell.is_empty())
    }

    /// Reads a text with a maximum length in characters.
    pub(crate) fn text(&self, columns: &Columns, column: Column, max: usize) -> Result<Option<String>, String> {
        match self.cell(columns, column) {
            Some(text) if text.chars().count() > max => {
                Err(format!("\"{}\" has more than {max} characters", columns.name(column)))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Reads the URL of an image.
    pub(crate) fn url(&self, columns: &Columns, column: Column) -> Result<Option<String>, String> {
        let Some(url) = self.text(columns, column, MAX_URL)? else { return Ok(None) };
        let lower = url.to_ascii_lowercase();
        let is_address = ["https://", "http://", "/"].iter().any(|start| lower.starts_with(start));
        if !is_address || url.contains(char::is_control) {
            return Err(format!(
                "\"{}\" is \"{url}\": it must be the URL of an image, or a path that begins with /",
                columns.name(column)
            ));
        }
        let url = with_encoded_blanks(&url);
        if url.len() > MAX_URL {
            return Err(format!("\"{}\" has more than {MAX_URL} characters", columns.name(column)));
        }
        Ok(Some(url))
    }

    /// Reads an amount of money that is not negative.
    pub(crate) fn money(&self, columns: &Columns, column: Column) -> Result<Option<Money>, String> {
        let Some(text) = self.cell(columns, column) else { return Ok(None) };
        let wrong = |why: &str| format!("\"{}\" is \"{text}\": {why}", columns.name(column));
        match Money::parse(text) {
            Ok(money) if money.minor() < 0 => Err(wrong("it must not be negative")),
            Ok(money) if money > Money::MAX_PRICE => Err(wrong(&format!("it must be at most {}", Money::MAX_PRICE))),
            Ok(money) => Ok(Some(money)),
            Err(error) => Err(wrong(&error.to_string())),
        }
    }

    /// Reads a whole number up to a maximum. Decimals are rounded, because Shopify writes some weights with them.
    pub(crate) fn number(&self, columns: &Columns, column: Column, max: i32) -> Result<Option<i32>, String> {
        let Some(text) = self.cell(columns, column) else { return Ok(None) };
        let number = text.parse::<f64>().ok().map(f64::round).filter(|number| number.is_finite());
        let number = number.ok_or_else(|| not_a_number(columns.name(column), text))?;
        if number > f64::from(max) {
            return Err(too_much(columns.name(column), text, max));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is less than any number of the kind is the least of them"
        )]
        Ok(Some(number as i32))
    }

    /// Reads a number of units. Shopify counts oversold stock below zero, which means that nothing is on hand.
    pub(crate) fn units(&self, columns: &Columns, column: Column) -> Result<Option<i32>, String> {
        let Some(text) = self.cell(columns, column) else { return Ok(None) };
        // Some programs write every number with decimals: 10.0.
        let whole = text.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|decimal| decimal == b'0'));
        match whole.map_or(text, |(whole, _)| whole).parse::<i32>() {
            Ok(units) if units > MAX_UNITS => Err(too_much(columns.name(column), text, MAX_UNITS)),
            Ok(units) => Ok(Some(units.max(0))),
            Err(_) => Err(not_a_number(columns.name(column), text)),
        }
    }
}

/// Returns the reason why a record is no row of a file with this number of columns.
fn unreadable(record: &Record, width: usize) -> Option<String> {
    let count = record.fields.len();
    if record.is_too_large {
        return Some(TOO_LARGE.to_owned());
    }
    if record.end == RecordEnd::InQuotes {
        return Some(IN_QUOTES.to_owned());
    }
    if record.fields.iter().skip(width).any(|field| !field.is_empty()) {
        return Some(format!("the row has {count} columns, but the header has {width}"));
    }
    let is_short = count < width;
    if is_short && record.end == RecordEnd::File {
        return Some(format!(
            "the file ends in this row, which has {count} columns of {width}; if the file is not cut off, end its last line with a line break"
        ));
    }
    // Cells at the end may be missing, but not because a quote took them in.
    if is_short && record.fields.last().is_some_and(|last| last.contains(&b'\n')) {
        return Some(format!("the row has {count} columns, but the header has {width}; is a closing quote missing?"));
    }
    None
}

/// Returns the cell that contains another row of the same product, because a closing quote is missing. In a text for people, a line that has
/// the handle at that place counts only if it has the commas of a whole row.
fn swallowed_row(cells: &[String], handle: &str, columns: &Columns) -> Option<usize> {
    let handle_at = columns.place(Column::Handle).filter(|_| !handle.is_empty())?;
    let is_prose = |at| [Column::Body, Column::ImageAltText].iter().any(|column| columns.place(*column) == Some(at));
    let is_row = |line: &str| line.split(',').nth(handle_at).is_some_and(|cell| cell.trim() == handle);
    let is_whole_row = |line: &str| is_row(line) && line.split(',').count() >= columns.width;
    cells.iter().enumerate().position(|(at, cell)| {
        let mut further = cell.lines().skip(1);
        if is_prose(at) { further.any(is_whole_row) } else { further.any(is_row) }
    })
}

/// Writes blanks in a URL as browsers send them.
fn with_encoded_blanks(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_whitespace() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}

fn not_a_number(name: &str, text: &str) -> String {
    format!("\"{name}\" is \"{text}\": it must be a whole number")
}

fn too_much(name: &str, text: &str, max: i32) -> String {
    format!("\"{name}\" is \"{text}\": it must be at most {max}")
}

/// Removes the apostrophe that keeps spreadsheets from reading a cell as a formula or a number.
pub(super) fn unquoted(cell: &str, is_code: bool) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| "=+-@\t\r'".contains(c) || is_code && c.is_ascii_digit()) => rest,
        Some(_) | None => cell,
    }
}
