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
    /// The file is an Excel workbook.
    #[error("it is an Excel workbook and not a CSV; open it and save it as \"CSV UTF-8 (comma delimited)\"")]
    Workbook,
    /// The columns are separated by another character than a comma.
    #[error("its columns are separated by {0} and not by commas; save it as \"CSV UTF-8 (comma delimited)\"")]
    Delimiter(&'static str),
    /// The first line is a setting that only Excel understands.
    #[error("its first line is \"{0}\", which only Excel understands; remove that line")]
    Setting(String),
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The first bytes of Excel workbooks: `.xlsx`, which is a ZIP file, and `.xls`.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Characters that separate columns in files of other programs.
const DELIMITERS: [(char, &str); 3] = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];

impl Header {
    /// Reads the first record and recognises its columns.
    pub fn read<R: BufRead>(records: &mut Records<R>) -> Result<(Self, Columns), Unrecognised> {
        let first = records.record()?.unwrap_or_default();
        let bytes = first.fields.first().map(Vec::as_slice).unwrap_or_default();
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Unrecognised::Utf16);
        }
        if WORKBOOKS.iter().any(|signature| bytes.starts_with(signature)) {
            return Err(Unrecognised::Workbook);
        }
        if first.fields.iter().any(|field| field.contains(&b'\r')) {
            return Err(Unrecognised::LoneCr);
        }
        let names = first.fields.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        let header = Self(names);
        match Columns::recognise(&header.0) {
            Some(columns) => Ok((header, columns)),
            None => Err(header.unrecognised()),
        }
    }

    /// Returns what the file is instead.
    fn unrecognised(&self) -> Unrecognised {
        let all = self.0.join(",");
        if all.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep=")) {
            return Unrecognised::Setting(all);
        }
        let is_separated_by = |delimiter: char| {
            let names: Vec<String> = all.split(delimiter).map(|name| name.trim_matches('"').to_owned()).collect();
            Columns::recognise(&names).is_some()
        };
        match DELIMITERS.iter().find(|(delimiter, _)| is_separated_by(*delimiter)) {
            Some((_, name)) => Unrecognised::Delimiter(name),
            None => Unrecognised::Other(all.chars().filter(|c| !c.is_control()).take(100).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(file: &[u8]) -> String {
        Header::read(&mut Records::new(file).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_file_of_another_kind_is_named_with_the_way_out() {
        for (file, words) in [
            (&b"Handle;Title;Variant Price\nplate;Plate;7,50\n"[..], "separated by semicolons"),
            (b"Handle\tTitle\tVariant Price\nbowl\tBowl\t8.50\n", "separated by tabs"),
            (b"\"Handle\"|\"Title\"|\"Variant Price\"\n", "separated by vertical bars"),
            (b"sep=;\nHandle;Title;Variant Price\n", "its first line is \"sep=;\""),
            (b"sep=,\r\nHandle,Title,Variant Price\r\n", "its first line is \"sep=,\""),
            (b"PK\x03\x04\x14\x00\x06\x00", "an Excel workbook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"),
            (b"\xff\xfeH\0", "it is UTF-16"),
            (b"Handle,Title\rplate,Plate\r", "lines end with CR"),
            (b"id;name;price\n", "it begins with \"id;name;price\""),
        ] {
            let reason = reason(file);
            assert!(reason.contains(words), "{words}: {reason}");
        }
    }
}
