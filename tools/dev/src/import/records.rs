//! Reads CSV record by record, and knows the line on which each begins.
//!
//! Our own, because the `csv` crate says where it began to look for a record: after blank lines or a CRLF that is another line.

use std::io::{self, BufRead};

/// What a record may weigh. An opening quote that is never closed would otherwise take the whole file into memory.
const LARGEST: usize = 2 * 1024 * 1024;

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where it begins, from 1.
    pub(crate) line: u64,
    /// What it holds, as it came.
    pub(crate) fields: Vec<Vec<u8>>,
}

/// The records of a file, one after the other.
#[derive(Debug)]
pub(crate) struct Records<R> {
    from: R,
    line: u64,
}

/// Where in a record the next byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// It ends the field, or it is the first of two that mean one.
    QuoteInQuoted,
}

impl<R: BufRead> Records<R> {
    /// Records from here on. A byte order mark is skipped.
    pub(crate) fn new(mut from: R) -> io::Result<Self> {
        if from.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            from.consume(3);
        }
        Ok(Self { from, line: 1 })
    }

    /// The next record that is not a blank line; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        while let Some(record) = self.read()? {
            if record.fields.iter().any(|field| !field.is_empty()) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn read(&mut self) -> io::Result<Option<Record>> {
        let mut record = Record { line: self.line, fields: vec![Vec::new()] };
        let (mut at, mut size) = (At::FieldStart, 0);
        loop {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                return Ok((size > 0).then_some(record));
            }
            for (used, byte) in bytes.iter().enumerate() {
                size += 1;
                self.line += u64::from(*byte == b'\n');
                if *byte == b'\n' && at != At::Quoted {
                    record.drop_carriage_return(at);
                    self.from.consume(used + 1);
                    return Ok(Some(record));
                }
                at = record.push(at, *byte);
            }
            let used = bytes.len();
            self.from.consume(used);
            if size > LARGEST {
                let line = record.line;
                let reason = format!("line {line}: a record larger than 2 MiB begins here; is a quote not closed?");
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
        }
    }
}

impl Record {
    fn push(&mut self, at: At, byte: u8) -> At {
        let (literal, next) = match (at, byte) {
            (At::Quoted, b'"') => return At::QuoteInQuoted,
            (At::FieldStart, b'"') => return At::Quoted,
            (At::Quoted, _) | (At::QuoteInQuoted, b'"') => (byte, At::Quoted),
            (_, b',') => {
                self.fields.push(Vec::new());
                return At::FieldStart;
            }
            // A quote in the middle of a field, and what follows a closing quote, is itself.
            (At::FieldStart | At::Plain | At::QuoteInQuoted, _) => (byte, At::Plain),
        };
        if let Some(field) = self.fields.last_mut() {
            field.push(literal);
        }
        next
    }

    /// The first half of a CRLF is not part of the last field.
    fn drop_carriage_return(&mut self, at: At) {
        if at == At::Plain {
            let _ = self.fields.last_mut().filter(|field| field.ends_with(b"\r")).map(Vec::pop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        // A small buffer, so that every state is met at the end of one.
        let mut records = Records::new(io::BufReader::with_capacity(3, text)).unwrap();
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            let text = |field: Vec<u8>| String::from_utf8_lossy(&field).into_owned();
            all.push((record.line, record.fields.into_iter().map(text).collect()));
        }
        all
    }

    fn record(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn lines_are_right_after_quoted_breaks_blank_lines_and_crlf() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n1,\"x\r\ny\"\r\n\n\n2,\"\"\"q\"\", z\"\n3,";
        assert_eq!(
            read(text),
            [record(1, &["a", "b"]), record(3, &["1", "x\r\ny"]), record(7, &["2", "\"q\", z"]), record(8, &["3", ""]),]
        );
    }

    #[test]
    fn a_quote_in_the_middle_of_a_field_is_itself() {
        assert_eq!(read(b"12\" wide,b\n\"a\"b,c\n"), [record(1, &["12\" wide", "b"]), record(2, &["ab", "c"])]);
    }

    #[test]
    fn a_carriage_return_in_quotes_stays() {
        assert_eq!(read(b"a,\"b\r\"\r\n"), [record(1, &["a", "b\r"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_and_does_not_fill_the_memory() {
        let text = format!("a,b\n1,\"{}", "x\n".repeat(LARGEST));
        let mut records = Records::new(io::BufReader::new(text.as_bytes())).unwrap();
        assert_eq!(records.next().unwrap().unwrap().line, 1);
        let error = records.next().unwrap_err();
        assert_eq!(error.to_string(), "line 2: a record larger than 2 MiB begins here; is a quote not closed?");
    }
}
