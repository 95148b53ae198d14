//! One row with its cells as typed values.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::columns::{Columns, Meaning};
use super::formulas::{unquoted, without_guards};
use super::records::{IN_QUOTES, MISQUOTED, Place, Record, RecordEnd, TOO_LARGE};
use super::word::Word;
use crate::catalogue::image_url::{escaped, is_image_url};
use crate::catalogue::limits::{MAX_UNITS, MAX_URL};
use crate::catalogue::name_key::is_blank;
use crate::money::{Currency, Money, MoneyError};
use crate::patch::Patch;

/// A row. If the row itself is malformed, `error` has the reason, and its cells must not be read.
#[derive(Clone, Debug)]
pub(in crate::catalogue) struct Row {
    pub(in crate::catalogue) place: Place,
    /// The cell by which rows belong together ([`Meaning::KEY`]).
    pub(in crate::catalogue) key: String,
    pub(in crate::catalogue) error: Option<String>,
    pub(in crate::catalogue) cells: Vec<String>,
    /// True if a row whose cells are all empty comes before this one.
    pub(in crate::catalogue) follows_empty_row: bool,
    /// True if the file ends in the row, without a line break. It may be cut off there, also inside the last cell.
    is_last: bool,
    /// True if the row is the last and lacks its last cells.
    is_last_and_short: bool,
}

impl Row {
    /// Reads a record as a row. The key of a malformed row is read too, so that its product is known. Empty cells at the end of a row
    /// may be missing.
    pub(in crate::catalogue) fn new<C: Meaning>(record: Record, columns: &Columns<C>) -> Self {
        let mut error = unreadable(&record, columns.width);
        let is_last = record.end == RecordEnd::File;
        let is_last_and_short = is_last && record.fields.len() < columns.width;
        if is_last_and_short && !columns.suffice(record.fields.len()) {
            error.get_or_insert_with(|| cut_off(record.fields.len(), columns.width));
        }
        let mut cells = Vec::with_capacity(columns.width);
        for (at, field) in record.fields.into_iter().enumerate() {
            let cell = String::from_utf8(field).unwrap_or_else(|invalid| {
                error.get_or_insert_with(|| {
                    format!(
                        "{} has bytes that are not UTF-8, although the file is; correct the cell, or save the file as \"CSV UTF-8\"",
                        columns.name_at(at)
                    )
                });
                String::from_utf8_lossy(invalid.as_bytes()).into_owned()
            });
            if cell.contains('\0') {
                error.get_or_insert_with(|| format!("{} contains a NUL character; remove it", columns.name_at(at)));
            }
            if let Some(damage) = damage(&cell).filter(|_| columns.uses(at)) {
                error.get_or_insert_with(|| format!("{} {damage}", columns.name_at(at)));
            }
            let is_guarded = cell.contains('\'') && columns.has_guards(at);
            cells.push(if is_guarded { without_guards(&cell).into_owned() } else { cell });
        }
        let key = columns.place(C::KEY).and_then(|at| cells.get(at));
        let key = key.map_or("", |key| unquoted(key.trim(), false));
        let key = if is_blank(key) { String::new() } else { key.to_owned() };
        Self {
            place: record.place,
            key,
            error,
            cells,
            follows_empty_row: record.follows_empty_row,
            is_last,
            is_last_and_short,
        }
    }

    /// Records that a cell contains the next row, unless the row is malformed in another way.
    pub(in crate::catalogue) fn note_swallowed_row<C: Meaning>(&mut self, columns: &Columns<C>, at: usize) {
        self.error.get_or_insert_with(|| {
            format!("{} contains the next row; a closing quote is missing", columns.name_at(at))
        });
    }

    /// Returns true if a cell has this text.
    pub(in crate::catalogue) fn has_cell(&self, text: &str) -> bool {
        self.cells.iter().any(|cell| cell.trim() == text)
    }

    /// Returns true if the row says something in this column, be it that it is empty. A row that may be cut off says nothing in the
    /// columns that it does not have.
    pub(in crate::catalogue) fn says<C: Meaning>(&self, columns: &Columns<C>, column: C) -> bool {
        columns.place(column).is_some_and(|at| !self.is_last_and_short || at < self.cells.len())
    }

    /// Returns true if the file may be cut off in this row.
    pub(in crate::catalogue) const fn may_be_cut_off(&self) -> bool {
        self.is_last
    }

    /// Returns the change of a field by its column: none without the column, and an empty field if the cell is empty.
    pub(in crate::catalogue) fn patch<C: Meaning, T>(
        &self,
        columns: &Columns<C>,
        column: C,
        value: Option<T>,
    ) -> Patch<T> {
        if self.says(columns, column) { Patch::replace(value) } else { Patch::Keep }
    }

    /// Returns the trimmed text of a cell; `None` if nothing of it can be seen or the file has no such column.
    pub(in crate::catalogue) fn cell<C: Meaning>(&self, columns: &Columns<C>, column: C) -> Option<&str> {
        let cell = self.cells.get(columns.place(column)?)?.trim();
        // An apostrophe also protects codes made of digits, because a spreadsheet would remove their leading zeros.
        Some(unquoted(cell, column.is_code())).filter(|cell| !is_blank(cell))
    }

    /// Reads a text with a maximum length in characters.
    pub(in crate::catalogue) fn text<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
        max: usize,
    ) -> Result<Option<String>, String> {
        match self.cell(columns, column) {
            Some(text) if text.chars().count() > max => {
                Err(format!("\"{}\" has more than {max} characters", columns.name(column)))
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Reads a cell that has one of a few words.
    pub(in crate::catalogue) fn word<C: Meaning>(&self, columns: &Columns<C>, column: C) -> Option<Word> {
        self.cell(columns, column).map(Word::new)
    }

    /// Reads a cell that says yes or no.
    pub(in crate::catalogue) fn flag<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
    ) -> Result<Option<bool>, String> {
        let Some(word) = self.word(columns, column) else { return Ok(None) };
        word.flag().map(Some).ok_or_else(|| self.wrong(columns, column, "it must be 1 or 0"))
    }

    /// Returns the message about a cell whose text cannot be read.
    pub(in crate::catalogue) fn wrong<C: Meaning>(&self, columns: &Columns<C>, column: C, why: &str) -> String {
        format!("\"{}\" is \"{}\": {why}", columns.name(column), self.cell(columns, column).unwrap_or_default())
    }

    /// Reads the URL of an image.
    pub(in crate::catalogue) fn url<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
    ) -> Result<Option<String>, String> {
        self.cell(columns, column).map(|url| image_url(url, &columns.name(column))).transpose()
    }

    /// Reads the text of a number with a point before its decimals, of which such numbers usually have this many.
    fn decimal<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
        usual: Option<u8>,
    ) -> Result<Option<Cow<'_, str>>, String> {
        let Some(text) = self.cell(columns, column) else { return Ok(None) };
        columns.decimals.read(text, usual).map(Some).map_err(|why| self.wrong(columns, column, why))
    }

    /// Reads an amount of money in this currency that is not negative.
    pub(in crate::catalogue) fn money<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
        currency: Currency,
    ) -> Result<Option<Money>, String> {
        let Some(text) = self.decimal(columns, column, Some(currency.exponent()))? else { return Ok(None) };
        let wrong = |why: &str| self.wrong(columns, column, why);
        match currency.parse_amount(&text) {
            Ok(money) if money.minor() < 0 => Err(wrong("it must not be negative")),
            Ok(money) if money > Money::MAX_PRICE => {
                Err(wrong(&format!("it must be at most {}", currency.amount(Money::MAX_PRICE))))
            }
            Err(MoneyError::TooFine(0)) => Err(wrong(&format!("an amount in {currency} has no decimals"))),
            Ok(money) => Ok(Some(money)),
            Err(error) => Err(wrong(&error.to_string())),
        }
    }

    /// Reads a whole number up to a maximum. Decimals are rounded, because Shopify writes some weights with them.
    pub(in crate::catalogue) fn number<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
        max: i32,
    ) -> Result<Option<i32>, String> {
        self.measure(columns, column, 1.0, max)
    }

    /// Reads a number of units of measure, and returns the whole number of smaller units, `factor` in each, up to a maximum.
    pub(in crate::catalogue) fn measure<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
        factor: f64,
        max: i32,
    ) -> Result<Option<i32>, String> {
        let Some(text) = self.decimal(columns, column, None)? else { return Ok(None) };
        let wrong = |why: &str| self.wrong(columns, column, why);
        let number = text.parse::<f64>().ok().map(|number| (number * factor).round());
        let number = number.filter(|number| number.is_finite()).ok_or_else(|| wrong(NOT_WHOLE))?;
        if number > f64::from(max) {
            return Err(wrong(&format!("it must be at most {max}")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is less than any number of the kind is the least of them"
        )]
        Ok(Some(number as i32))
    }

    /// Reads a number of units. Shops count oversold stock below zero, which means that nothing is on hand.
    pub(in crate::catalogue) fn units<C: Meaning>(
        &self,
        columns: &Columns<C>,
        column: C,
    ) -> Result<Option<i32>, String> {
        let Some(text) = self.decimal(columns, column, Some(0))? else { return Ok(None) };
        let wrong = |why: &str| self.wrong(columns, column, why);
        // Some programs write every number with decimals: 10.0.
        let whole = text.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|decimal| decimal == b'0'));
        let whole = whole.map_or(&*text, |(whole, _)| whole);
        let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong(NOT_WHOLE));
        }
        if whole.starts_with('-') {
            return Ok(Some(0));
        }
        let units = digits.parse::<i32>().ok().filter(|units| *units <= MAX_UNITS);
        units.map(Some).ok_or_else(|| wrong(&format!("it must be at most {MAX_UNITS}")))
    }
}

/// The message about a cell that must have a whole number.
const NOT_WHOLE: &str = "it must be a whole number";

/// The letter that programs write for one that they could not read.
const UNREAD_LETTER: char = '\u{fffd}';

/// The results that spreadsheets show for formulas that fail.
const FAILED_FORMULAS: [&str; 7] = ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"];

/// Returns what another program has damaged in a cell. A damaged option or SKU is another one, for which the variant would be removed.
fn damage(cell: &str) -> Option<String> {
    let failed = FAILED_FORMULAS.iter().find(|failed| cell.trim() == **failed);
    match failed {
        Some(failed) => {
            Some(format!("is \"{failed}\", the result of a formula that has failed in a spreadsheet; correct the cell"))
        }
        None => cell.contains(UNREAD_LETTER).then(|| {
            format!(
                "contains \"{UNREAD_LETTER}\", which a program has written for a letter that it could not read; correct the cell, or save the file as \
                 \"CSV UTF-8\" with the program that has the right letters"
            )
        }),
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
    if record.is_misquoted {
        return Some(MISQUOTED.to_owned());
    }
    let has_line_break = |field: &Vec<u8>| field.contains(&b'\n');
    let hint = match count.cmp(&width) {
        Ordering::Greater if record.fields.iter().any(has_line_break) => "; is a closing quote missing?",
        // An unquoted comma moves all cells behind it, even if the surplus cells at the end are empty.
        Ordering::Greater if record.fields.iter().skip(width).all(Vec::is_empty) => {
            "; put a cell that contains the delimiter in quotes, or remove the delimiters at the end of the row"
        }
        Ordering::Greater => "",
        // Cells at the end may be missing, but not because a quote took them in.
        Ordering::Less if record.fields.last().is_some_and(has_line_break) => "; is a closing quote missing?",
        Ordering::Less | Ordering::Equal => return None,
    };
    Some(format!("the row has {count} columns, but the header has {width}{hint}"))
}

fn cut_off(count: usize, width: usize) -> String {
    format!(
        "the file ends in this row, which has {count} columns of {width}; if the file is not cut off, end its last line with a line break"
    )
}

/// Reads the URL of an image in the column with this name.
pub(in crate::catalogue) fn image_url(url: &str, column: &str) -> Result<String, String> {
    let url = escaped(url);
    if url.len() > MAX_URL {
        return Err(format!("\"{column}\" has more than {MAX_URL} characters"));
    }
    if !is_image_url(&url) {
        return Err(format!(
            "\"{column}\" is \"{url}\": it must be the URL of an image, or a path that begins with one /"
        ));
    }
    Ok(url)
}

pub(in crate::catalogue) fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}
