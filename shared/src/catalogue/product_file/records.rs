//! Reads CSV record by record, with the line and the byte at which each begins.
//!
//! The `csv` crate writes the files but does not read them; `docs/decisions.md` says what was tried. The line that it reports for a record is
//! wrong after blank lines and after a CRLF. It keeps a whole record in memory, so an unclosed quote fills it with the rest of the file and
//! cannot be reported. It also takes the end of the bytes for the end of the file: a file that is read in chunks would lose the record
//! at the end of each.

use std::io::{self, BufRead};

use super::{Decoded, Delimiter, Dialect};

/// Maximum size of a record in bytes. Without it an unclosed quote would take the whole file into memory.
const MAX_RECORD_BYTES: usize = 2 * 1024 * 1024;

/// Error text for a record larger than `MAX_RECORD_BYTES`.
pub const TOO_LARGE: &str = "a record larger than 2 MiB begins here; is a closing quote missing?";

/// The message about a record that is [`RecordEnd::InQuotes`].
pub const IN_QUOTES: &str =
    "the file ends in a quoted cell of the record that begins here; is the file cut off, or a closing quote missing?";

/// Error text for a record that is misquoted. The quote that seems to close the cell opens a cell of a row further down.
pub const MISQUOTED: &str = "a quoted cell with a line break goes on behind its closing quote; is a closing quote missing in this row? The rows down to \
     that quote are not imported either";

/// A record of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Position at which the record begins.
    pub place: Place,
    /// The fields of the record without their quotes; otherwise unchanged. Those of a file in UTF-8 may be damaged.
    pub fields: Vec<Vec<u8>>,
    /// True if the record is larger than `MAX_RECORD_BYTES`; the rest of its fields is not kept. The error text is [`TOO_LARGE`].
    pub is_too_large: bool,
    /// True if a quoted field with a line break goes on behind its closing quote. The error text is [`MISQUOTED`].
    pub is_misquoted: bool,
    /// True behind a quoted field with a line break that ends as the text before an opening quote does: with a delimiter or a line break.
    may_end_before_quote: bool,
    /// True if a record whose fields are all empty, and which is no blank line, comes before this one.
    pub follows_empty_row: bool,
    /// The way in which the record ends.
    pub end: RecordEnd,
}

/// The end of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordEnd {
    /// A line break.
    #[default]
    LineBreak,
    /// The end of the file, after a whole cell.
    File,
    /// The end of the file, inside a quoted cell; see [`IN_QUOTES`].
    InQuotes,
}

/// A position in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Number of bytes before the position.
    pub offset: u64,
    /// Line number, from 1.
    pub line: u64,
}

/// The end of the bytes: the end of the file, or a point inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The bytes end with the file, so the last record needs no line break.
    WithFile,
    /// The bytes end inside the file, so an unfinished record is not read.
    Inside,
}

/// The records of a file, one after the other.
#[derive(Debug)]
pub struct Records<R> {
    from: Decoded<R>,
    dialect: Dialect,
    ends: Ends,
    /// Position at which the next record begins.
    place: Place,
    has_run_out: bool,
}

/// The state of the parser before the next byte of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// The quote ends the field, or it is the first of two that mean one.
    QuoteInQuoted,
    /// Only blanks were between the closing quote and this byte.
    BehindQuote,
}

impl<R: BufRead> Records<R> {
    /// Reads the records of a whole file in UTF-8 whose cells are separated by commas. A byte order mark is skipped.
    pub fn new(from: R) -> io::Result<Self> {
        Self::beginning(from, Dialect::default(), Ends::WithFile)
    }

    /// Reads the records of the beginning of a file, or of all of it. A byte order mark is skipped.
    pub fn beginning(mut from: R, dialect: Dialect, ends: Ends) -> io::Result<Self> {
        let mut place = Place { offset: 0, line: 1 };
        let mark = dialect.encoding.mark();
        if from.fill_buf()?.starts_with(mark) {
            from.consume(mark.len());
            place.offset = mark.len() as u64;
        }
        Ok(Self::at(from, dialect, place, ends))
    }

    /// Reads the records from a position at which a record begins.
    pub fn at(from: R, dialect: Dialect, place: Place, ends: Ends) -> Self {
        Self { from: Decoded::new(from, dialect.encoding), dialect, ends, place, has_run_out: false }
    }

    /// Returns the character between two cells.
    pub fn delimiter(&self) -> Delimiter {
        self.dialect.delimiter
    }

    /// Returns the position at which the next record begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns true if the bytes ended before the next record did, although the file continues.
    pub fn has_run_out(&self) -> bool {
        self.has_run_out
    }

    /// Returns the next record with a field that is not empty, or the next that is too large; `None` at the end.
    pub fn record(&mut self) -> io::Result<Option<Record>> {
        let mut follows_empty_row = false;
        while let Some(record) = self.read()? {
            if record.is_too_large || record.fields.iter().any(|field| !field.is_empty()) {
                return Ok(Some(Record { follows_empty_row, ..record }));
            }
            follows_empty_row |= record.fields.len() > 1;
        }
        Ok(None)
    }

    fn read(&mut self) -> io::Result<Option<Record>> {
        let mut record = Record { place: self.place, fields: vec![Vec::new()], ..Record::default() };
        let (mut state, mut size, mut line) = (State::FieldStart, 0, self.place.line);
        let Dialect { encoding, delimiter } = self.dialect;
        loop {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                record.end = if state == State::Quoted { RecordEnd::InQuotes } else { RecordEnd::File };
                return Ok(self.finish(record, Place { offset: self.place.offset + size, line }));
            }
            for (used, byte) in (1..).zip(bytes) {
                size += encoding.width(*byte);
                line += u64::from(*byte == b'\n');
                if *byte == b'\n' && state != State::Quoted {
                    record.is_too_large |= size > MAX_RECORD_BYTES as u64;
                    record.drop_carriage_return(state);
                    self.from.consume(used);
                    self.place = Place { offset: self.place.offset + size, line };
                    return Ok(Some(record));
                }
                state = record.push(state, *byte, delimiter.byte());
            }
            let used = bytes.len();
            self.from.consume(used);
            record.is_too_large |= size > MAX_RECORD_BYTES as u64;
        }
    }

    /// Ends the reading. Returns the record that was begun, if the file ends with it; `None` if the file continues.
    fn finish(&mut self, record: Record, end: Place) -> Option<Record> {
        if self.ends == Ends::Inside {
            self.has_run_out = true;
            return None;
        }
        let begun = end.offset > self.place.offset;
        self.place = end;
        begun.then_some(record)
    }
}

impl Record {
    fn push(&mut self, state: State, byte: u8, delimiter: u8) -> State {
        let (literal, next) = match (state, byte) {
            (State::Quoted, b'"') => return State::QuoteInQuoted,
            (State::FieldStart, b'"') => return State::Quoted,
            (State::Quoted, _) | (State::QuoteInQuoted, b'"') => (byte, State::Quoted),
            (_, byte) if byte == delimiter => {
                self.note_closed(state, delimiter);
                // The rest of a record that is too large is not kept.
                if !self.is_too_large {
                    self.fields.push(Vec::new());
                }
                return State::FieldStart;
            }
            (State::QuoteInQuoted | State::BehindQuote, b' ' | b'\t' | b'\r') => (byte, State::BehindQuote),
            // A quote in the middle of a field, and a byte after a closing quote, are literal.
            (State::QuoteInQuoted | State::BehindQuote, _) => {
                let has_line_break = |field: &Vec<u8>| field.contains(&b'\n');
                self.is_misquoted |= !self.is_too_large && self.fields.last().is_some_and(has_line_break);
                (byte, State::Plain)
            }
            (State::Plain, b'"') => {
                // The quote before closed no field: it opened a cell that begins with the delimiter, and this one closes the cell.
                self.is_misquoted |= self.may_end_before_quote;
                (byte, State::Plain)
            }
            (State::FieldStart | State::Plain, _) => (byte, State::Plain),
        };
        if let Some(field) = self.fields.last_mut().filter(|_| !self.is_too_large) {
            field.push(literal);
        }
        next
    }

    /// Remembers whether the quote that closed the last field may be one that opens a cell.
    fn note_closed(&mut self, state: State, delimiter: u8) {
        let is_quoted = matches!(state, State::QuoteInQuoted | State::BehindQuote);
        let Some(field) = self.fields.last().filter(|_| is_quoted && !self.is_too_large) else { return };
        let last = field.iter().rev().find(|byte| **byte != b' ');
        let may_end = last.is_some_and(|last| *last == delimiter || *last == b'\n');
        self.may_end_before_quote |= may_end && field.contains(&b'\n');
    }

    /// Removes the carriage return of a CRLF from the last field.
    fn drop_carriage_return(&mut self, state: State) {
        if matches!(state, State::Plain | State::BehindQuote) {
            let _ = self.fields.last_mut().filter(|field| field.ends_with(b"\r")).map(Vec::pop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Encoding;
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        // A small buffer, so that every state occurs at the end of one.
        let mut records = Records::new(io::BufReader::with_capacity(3, text)).unwrap();
        let mut all = Vec::new();
        while let Some(record) = records.record().unwrap() {
            let begins = usize::try_from(record.place.offset).unwrap();
            assert!(begins == 0 || begins == 3 || text[begins - 1] == b'\n', "{record:?}");
            let text = |field: Vec<u8>| String::from_utf8_lossy(&field).into_owned();
            all.push((record.place.line, record.fields.into_iter().map(text).collect()));
        }
        assert_eq!(records.place().offset, text.len() as u64);
        all
    }

    fn record(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn line_numbers_are_correct_after_quoted_line_breaks_blank_lines_and_crlf() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n1,\"x\r\ny\"\r\n\n\n2,\"\"\"q\"\", z\"\n3,";
        assert_eq!(
            read(text),
            [record(1, &["a", "b"]), record(3, &["1", "x\r\ny"]), record(7, &["2", "\"q\", z"]), record(8, &["3", ""]),]
        );
    }

    #[test]
    fn the_end_of_a_record_is_known() {
        let last = |text: &str| {
            let mut records = Records::new(text.as_bytes()).unwrap();
            std::iter::from_fn(|| records.record().unwrap()).last().map(|record| record.end)
        };
        assert_eq!(last("a,b\n1,2\n"), Some(RecordEnd::LineBreak));
        assert_eq!(last("a,b\n1,\"2\""), Some(RecordEnd::File));
        assert_eq!(last("a,b\n1,\"2\n3,4\n"), Some(RecordEnd::InQuotes));
    }

    #[test]
    fn a_quote_in_the_middle_of_a_field_is_literal() {
        assert_eq!(read(b"12\" wide,b\n\"a\"b,c\n"), [record(1, &["12\" wide", "b"]), record(2, &["ab", "c"])]);
    }

    #[test]
    fn a_missing_closing_quote_is_found_at_the_quote_that_seems_to_close_the_cell() {
        let is_misquoted = |text: &str| {
            let mut records = Records::new(io::BufReader::with_capacity(3, text.as_bytes())).unwrap();
            std::iter::from_fn(|| records.record().unwrap()).any(|record| record.is_misquoted)
        };
        for damaged in [
            "1,\"a,2\n3,\"b\",4\n",
            "1,\"a\n3,\"b\"\n",
            "1,\"a\n3,\" b\"\n",
            "1,\"a\r\n3,\"b\"\r\n",
            // The next quoted cell begins with a delimiter, with several, or with a blank and one; or it is the first of its row.
            "1,\"a,2\n3,\",b\",4\n",
            "1,\"a,2\r\n3,4,\",,b, c\"\r\n",
            "1,\"a,2\n3,\" ,b\",4\n",
            "1,\"a,2\n\",b\",4\n",
        ] {
            assert!(is_misquoted(damaged), "{damaged:?}");
        }
        for sound in [
            "5\" pipe,\"5\" pipe\"\n",
            "\"a\nb\" ,c\n",
            "\"a\nb\" \t\r\n",
            "\"a\r\nb\"\r\n",
            "\"a\n\"\"b\"\"\",c\n",
            "\"a\nb\",5\" pipe\n",
            "5\" pipe,\"a\n\",b\n",
            "\"a\n\",\"5\"\" pipe, long\",\",\"\n",
            "\"a\nb\"",
        ] {
            assert!(!is_misquoted(sound), "{sound:?}");
        }
    }

    #[test]
    fn a_carriage_return_in_quotes_stays() {
        assert_eq!(read(b"a,\"b\r\"\r\n"), [record(1, &["a", "b\r"])]);
    }

    #[test]
    fn an_unclosed_quote_is_reported_and_does_not_fill_the_memory() {
        let text = format!("a,b\n1,\"{}", "x\n".repeat(2 * MAX_RECORD_BYTES));
        let mut records = Records::new(io::BufReader::new(text.as_bytes())).unwrap();
        assert_eq!(records.record().unwrap().unwrap().place.line, 1);
        let record = records.record().unwrap().unwrap();
        assert_eq!((record.place.line, record.is_too_large), (2, true));
        assert!(record.fields.iter().map(Vec::len).sum::<usize>() < MAX_RECORD_BYTES + 10_000);
        assert_eq!(records.record().unwrap(), None);
    }

    #[test]
    fn an_unfinished_record_is_read_when_the_rest_is_there() {
        let text = b"a,b\n1,\"x\ny\"\n2,z\n";
        for cut in 0..text.len() {
            let mut records = Records::beginning(&text[..cut], Dialect::default(), Ends::Inside).unwrap();
            let mut count = 0;
            while records.record().unwrap().is_some() {
                count += 1;
            }
            assert!(records.has_run_out());
            let place = records.place();
            let rest = &text[usize::try_from(place.offset).unwrap()..];
            let mut records = Records::at(rest, Dialect::default(), place, Ends::WithFile);
            while let Some(record) = records.record().unwrap() {
                count += 1;
                assert!(record.fields[0] != b"2" || record.place.line == 4);
            }
            assert_eq!(count, 3, "cut at {cut}");
        }
    }

    /// Every position at which a record begins is one in the bytes of the file, from which it can be read again.
    #[test]
    fn positions_are_those_of_the_file_in_every_encoding() {
        let text = "a;b\n1;\"grö\u{df}er\n€ \u{1f600}\"\n2;z\n";
        let utf16 = |swap: fn(u16) -> [u8; 2]| -> Vec<u8> {
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(swap).collect()
        };
        for (encoding, file) in [
            (Encoding::Utf8, format!("\u{feff}{text}").into_bytes()),
            (Encoding::Utf8, text.as_bytes().to_vec()),
            (Encoding::Utf16Le, utf16(u16::to_le_bytes)),
            (Encoding::Utf16Be, utf16(u16::to_be_bytes)),
            (Encoding::Windows1252, b"a;b\n1;\"gr\xf6\xdfer\n\x80 \x96\"\n2;z\n".to_vec()),
        ] {
            let dialect = Dialect { encoding, delimiter: Delimiter::Semicolon };
            let reader = io::BufReader::with_capacity(4, file.as_slice());
            let mut records = Records::beginning(reader, dialect, Ends::WithFile).unwrap();
            let mut count = 0;
            while let Some(record) = records.record().unwrap() {
                let rest = &file[usize::try_from(record.place.offset).unwrap()..];
                let again = Records::at(rest, dialect, record.place, Ends::WithFile).record().unwrap();
                assert_eq!(again.as_ref(), Some(&record), "{encoding:?}");
                assert_eq!(record.fields.len(), 2);
                assert!(count != 1 || record.fields[1].starts_with("grö\u{df}er\n€ ".as_bytes()), "{record:?}");
                count += 1;
            }
            assert_eq!((count, records.place().offset), (3, file.len() as u64), "{encoding:?}");
        }
    }
}
