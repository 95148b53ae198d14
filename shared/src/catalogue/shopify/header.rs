//! The first record of a file, which shows its format.

use std::io::BufRead;

use super::columns::Columns;
use super::records::Records;

/// The names of a file's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header(pub Vec<String>);

/// Reason why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unrecognised {
    /// The file has another format.
    #[error(
        "it begins with \"{0}\"; it must be a Shopify product export, a CSV whose first line names the column Handle and those \
         to import, in any order; new products need Handle, Title, Option1 Value and Variant Price; or a category tree, whose \
         first line looks like \"3237 - Animals & Pet Supplies > Live Animals\""
    )]
    Other(String),
    /// The file is in UTF-16.
    #[error("it is UTF-16; save it as CSV in UTF-8, as Shopify does")]
    Utf16,
    /// The file has the line ends of old Macintosh programs.
    #[error("its lines end with CR instead of LF; save it as CSV in UTF-8, as Shopify does")]
    LoneCr,
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Header {
    /// Reads the first record and recognises its columns.
    pub fn read<R: BufRead>(records: &mut Records<R>) -> Result<(Self, Columns), Unrecognised> {
        let first = records.record()?.unwrap_or_default();
        let bytes = first.fields.first().map(Vec::as_slice).unwrap_or_default();
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Unrecognised::Utf16);
        }
        if first.fields.iter().any(|field| field.contains(&b'\r')) {
            return Err(Unrecognised::LoneCr);
        }
        let names = first.fields.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let header = Self(names);
        match Columns::recognise(&header.0) {
            Some(columns) => Ok((header, columns)),
            None => {
                let all = header.0.join(",");
                Err(Unrecognised::Other(all.chars().filter(|c| !c.is_control()).take(100).collect()))
            }
        }
    }
}
