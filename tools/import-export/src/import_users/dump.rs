//! The rows of a dump in any of three formats.

use std::io::BufRead;

use anyhow::bail;
use shared::catalogue::product_file::records::{Records, TOO_LARGE};

use super::columns::{Row, is_user_table};
use super::fixture;

/// A dump of a user table.
pub(super) enum Dump<R> {
    /// `\copy auth_user to … csv header`.
    Csv {
        /// Records after the header.
        records: Records<R>,
        /// Names in the header.
        columns: Vec<String>,
    },
    /// A plain `pg_dump`.
    Copy {
        /// Reader of the dump.
        from: R,
        /// Number of lines read.
        line: u64,
        /// Columns of the current block.
        columns: Option<Vec<String>>,
    },
    /// `manage.py dumpdata`: rows, and the line on which each begins.
    Fixture(std::vec::IntoIter<(u64, Row)>),
}

impl<R: BufRead> Dump<R> {
    /// Recognises the format by the first bytes.
    pub(super) fn recognise(mut from: R) -> anyhow::Result<Self> {
        let start = from.fill_buf()?.trim_ascii_start();
        let starts_with = |prefix: &[u8]| start.starts_with(prefix);
        if starts_with(b"[") || starts_with(b"\xef\xbb\xbf[") {
            let mut text = Vec::new();
            from.read_to_end(&mut text)?;
            return Ok(Self::Fixture(fixture::users(&text)?.into_iter()));
        }
        if [&b"--"[..], b"COPY ", b"SET ", b"\\restrict"].iter().any(|prefix| starts_with(prefix)) {
            return Ok(Self::Copy { from, line: 0, columns: None });
        }
        let mut records = Records::new(from)?;
        let header = records.record()?.unwrap_or_default();
        let columns: Vec<String> =
            header.fields.iter().map(|name| String::from_utf8_lossy(name).trim().to_lowercase()).collect();
        if !is_user_table(columns.iter().map(String::as_str)) {
            bail!(
                "the file must be a dump of Django's user table: a CSV whose first line names at least the columns email and \
                 password, the JSON of `manage.py dumpdata auth.user`, or a plain `pg_dump`"
            );
        }
        Ok(Self::Csv { records, columns })
    }

    /// Returns the next row and the line on which it begins, or why it cannot be read; `None` at the end.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<(u64, Result<Row, String>)>> {
        match self {
            Self::Csv { records, columns } => {
                let Some(record) = records.record()? else { return Ok(None) };
                if record.is_too_large {
                    return Ok(Some((record.place.line, Err(TOO_LARGE.to_owned()))));
                }
                let values = record.fields.into_iter().map(|field| (!field.is_empty()).then_some(field));
                Ok(Some((record.place.line, row(columns, values.collect()))))
            }
            Self::Copy { from, line, columns } => next_of_copy(from, line, columns),
            Self::Fixture(users) => Ok(users.next().map(|(line, row)| (line, Ok(row)))),
        }
    }
}

fn next_of_copy<R: BufRead>(
    from: &mut R,
    line: &mut u64,
    columns: &mut Option<Vec<String>>,
) -> anyhow::Result<Option<(u64, Result<Row, String>)>> {
    let mut text = Vec::new();
    loop {
        text.clear();
        if from.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        *line += 1;
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        match columns {
            None => *columns = columns_of(&String::from_utf8_lossy(text)),
            Some(_) if text == b"\\." => *columns = None,
            Some(columns) => {
                return Ok(Some((*line, row(columns, text.split(|byte| *byte == b'\t').map(unescape).collect()))));
            }
        }
    }
}

/// Returns the columns of `COPY public.auth_user (id, password, …) FROM stdin;` if it is a user table.
fn columns_of(line: &str) -> Option<Vec<String>> {
    let (_, list) = line.strip_prefix("COPY ")?.strip_suffix(") FROM stdin;")?.split_once('(')?;
    let columns: Vec<String> = list.split(',').map(|name| name.trim().trim_matches('"').to_lowercase()).collect();
    is_user_table(columns.iter().map(String::as_str)).then_some(columns)
}

/// Decodes COPY's text format.
fn unescape(field: &[u8]) -> Option<Vec<u8>> {
    if field == b"\\N" {
        return None;
    }
    let mut plain = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        plain.push(match (byte, byte == &b'\\') {
            (_, true) => match bytes.next() {
                Some(b'b') => 8,
                Some(b't') => b'\t',
                Some(b'n') => b'\n',
                Some(b'v') => 11,
                Some(b'f') => 12,
                Some(b'r') => b'\r',
                Some(other) => *other,
                None => b'\\',
            },
            (byte, false) => *byte,
        });
    }
    Some(plain)
}

fn row(columns: &[String], values: Vec<Option<Vec<u8>>>) -> Result<Row, String> {
    if values.len() != columns.len() {
        return Err(format!("there are {} columns, but {} in the header", values.len(), columns.len()));
    }
    let text = |(column, value): (&String, Option<Vec<u8>>)| match value.map(String::from_utf8) {
        None => Ok((column.clone(), None)),
        Some(Ok(text)) => Ok((column.clone(), Some(text))),
        Some(Err(_)) => Err(format!("\"{column}\" is not UTF-8")),
    };
    columns.iter().zip(values).map(text).collect()
}
