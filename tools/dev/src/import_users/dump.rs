//! The rows of a dump, whichever of three kinds it is.

use std::collections::HashMap;
use std::io::BufRead;

use anyhow::bail;
use shared::catalogue::shopify::records::{Records, TOO_LARGE};

use super::fixture;

/// A row: what each column holds, by the column's name. `None` is null.
pub(super) type Row = HashMap<String, Option<String>>;

/// A dump of a user table.
pub(super) enum Dump<R> {
    /// `\copy auth_user to … csv header`.
    Csv {
        /// What comes after the header.
        records: Records<R>,
        /// What the header says.
        columns: Vec<String>,
    },
    /// What `pg_dump` writes without being told otherwise.
    Copy {
        /// Line by line.
        from: R,
        /// How many lines were read.
        line: u64,
        /// The columns of the block that we are in.
        columns: Option<Vec<String>>,
    },
    /// `manage.py dumpdata`: objects, and the line on which each begins.
    Fixture(std::vec::IntoIter<(u64, Row)>),
}

/// What no user table is without.
const NEEDED: [&str; 2] = ["email", "password"];

pub(super) fn is_of_users<'n>(columns: impl Iterator<Item = &'n str> + Clone) -> bool {
    NEEDED.iter().all(|needed| columns.clone().any(|column| column == *needed))
}

impl<R: BufRead> Dump<R> {
    /// What the file is: its first bytes say it.
    pub(super) fn recognise(mut from: R) -> anyhow::Result<Self> {
        let start = from.fill_buf()?.trim_ascii_start();
        let begins = |with: &[u8]| start.starts_with(with);
        if begins(b"[") || begins(b"\xef\xbb\xbf[") {
            let mut text = Vec::new();
            from.read_to_end(&mut text)?;
            return Ok(Self::Fixture(fixture::users(&text)?.into_iter()));
        }
        if [&b"--"[..], b"COPY ", b"SET ", b"\\restrict"].iter().any(|with| begins(with)) {
            return Ok(Self::Copy { from, line: 0, columns: None });
        }
        let mut records = Records::new(from)?;
        let header = records.record()?.unwrap_or_default();
        let columns: Vec<String> =
            header.fields.iter().map(|name| String::from_utf8_lossy(name).trim().to_lowercase()).collect();
        if !is_of_users(columns.iter().map(String::as_str)) {
            bail!(
                "what is understood is a dump of Django's user table: a CSV whose first line names at least the columns email and \
                 password, the JSON of `manage.py dumpdata auth.user`, or a plain `pg_dump`"
            );
        }
        Ok(Self::Csv { records, columns })
    }

    /// The next row, and the line on which it begins; why it cannot be read, where it cannot. `None` at the end.
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
                return Ok(Some((*line, row(columns, text.split(|byte| *byte == b'\t').map(unescaped).collect()))));
            }
        }
    }
}

/// The columns of `COPY public.auth_user (id, password, …) FROM stdin;`, where the table is one of users.
fn columns_of(line: &str) -> Option<Vec<String>> {
    let (_, list) = line.strip_prefix("COPY ")?.strip_suffix(") FROM stdin;")?.split_once('(')?;
    let columns: Vec<String> = list.split(',').map(|name| name.trim().trim_matches('"').to_lowercase()).collect();
    is_of_users(columns.iter().map(String::as_str)).then_some(columns)
}

/// As COPY's text format has it.
fn unescaped(field: &[u8]) -> Option<Vec<u8>> {
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
        return Err(format!("there are {} columns, and {} in the header", values.len(), columns.len()));
    }
    let text = |(column, value): (&String, Option<Vec<u8>>)| match value.map(String::from_utf8) {
        None => Ok((column.clone(), None)),
        Some(Ok(text)) => Ok((column.clone(), Some(text))),
        Some(Err(_)) => Err(format!("\"{column}\" is not UTF-8")),
    };
    columns.iter().zip(values).map(text).collect()
}
