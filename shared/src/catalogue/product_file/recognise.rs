//! The format of a file, recognised by its beginning.

use std::io::{self, BufRead, Read as _};

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::records::{Ends, Place, Records};
use super::{Delimiter, Dialect, Encoding};
use crate::catalogue::name_key::is_blank;
use crate::catalogue::{shopify, woocommerce};
use crate::fields::{Fields, FromField};

/// Format of a file. `shopify_csv`: Shopify's product export. `woocommerce_csv`: WooCommerce's product export, in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FileKind {
    /// Shopify's product export.
    ShopifyCsv,
    /// WooCommerce's product export.
    #[serde(rename = "woocommerce_csv")]
    #[strum(serialize = "woocommerce_csv")]
    WooCommerceCsv,
}

impl FileKind {
    /// Returns the name in requests and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShopifyCsv => "Shopify product export",
            Self::WooCommerceCsv => "WooCommerce product export",
        }
    }
}

impl FromField for FileKind {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

/// Maximum size in bytes of the beginning of a file by which it is recognised; the header must be in it.
pub const MAX_HEADER_BYTES: u64 = 1024 * 1024;

/// The format of a file, with its encoding and delimiter. It holds for the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileFormat {
    /// The program whose export it is.
    pub kind: FileKind,
    /// The encoding and the delimiter.
    pub dialect: Dialect,
}

impl std::fmt::Display for FileFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Dialect { encoding, delimiter } = self.dialect;
        write!(f, "{}, {}, separated by {}", self.kind.name(), encoding.name(), delimiter.plural())
    }
}

/// A file whose format is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The format of the file.
    pub format: FileFormat,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The position behind the header.
    pub place: Place,
}

impl Recognised {
    /// Recognises a file in this encoding by its beginning. Fails if it is not the `expected` kind, if there is one.
    pub fn of(start: &[u8], encoding: Encoding, expected: Option<FileKind>) -> Result<Self, Unrecognised> {
        let mut best: Option<(usize, Self)> = None;
        for delimiter in Delimiter::ALL.iter().copied() {
            let dialect = Dialect { encoding, delimiter };
            let mut records = Records::beginning(start, dialect, Ends::WithFile)?;
            let header = read_header(&mut records)?;
            if header.iter().any(|name| name.contains('\r')) {
                return Err(Unrecognised::LoneCr);
            }
            let found = shopify::known_columns(&header)
                .map(|known| (known, FileKind::ShopifyCsv))
                .or_else(|| woocommerce::known_columns(&header).map(|known| (known, FileKind::WooCommerceCsv)));
            if let Some((known, kind)) = found
                && best.as_ref().is_none_or(|(most, _)| known > *most)
            {
                best = Some((known, Self { format: FileFormat { kind, dialect }, header, place: records.place() }));
            }
        }
        match (best, expected) {
            (Some((_, found)), Some(expected)) if found.format.kind != expected => {
                Err(Unrecognised::Kind { found: found.format.kind, expected })
            }
            (Some((_, found)), _) => found.without_columns_twice(),
            (None, _) => Err(Unrecognised::of(start, encoding)?),
        }
    }

    /// Fails if two columns have the same meaning, because only one of them would count.
    fn without_columns_twice(self) -> Result<Self, Unrecognised> {
        let twice = match self.format.kind {
            FileKind::ShopifyCsv => shopify::column_twice(&self.header),
            FileKind::WooCommerceCsv => woocommerce::column_twice(&self.header),
        };
        twice.map_or(Ok(self), |[first, second]| Err(Unrecognised::ColumnTwice { first, second }))
    }

    /// Returns the rows of the whole file, which `from` reads.
    pub fn rows<R: BufRead>(&self, mut from: R) -> io::Result<Records<R>> {
        io::copy(&mut from.by_ref().take(self.place.offset), &mut io::sink())?;
        Ok(Records::at(from, self.format.dialect, self.place, Ends::WithFile))
    }
}

/// Reads the names of the columns. A line before them that only tells Excel the delimiter, `sep=;`, is skipped.
pub(super) fn read_header<R: BufRead>(records: &mut Records<R>) -> io::Result<Vec<String>> {
    let mut next = || -> io::Result<Vec<String>> {
        let fields = records.record()?.unwrap_or_default().fields;
        Ok(fields.into_iter().map(|name| String::from_utf8_lossy(&name).into_owned()).collect())
    };
    let first = next()?;
    if is_setting(&first) { next() } else { Ok(first) }
}

/// Returns the rows of a whole file in memory.
pub(in crate::catalogue) fn records_behind_header(file: &[u8], dialect: Dialect) -> io::Result<Records<&[u8]>> {
    let mut records = Records::beginning(file, dialect, Ends::WithFile)?;
    read_header(&mut records)?;
    Ok(records)
}

fn is_setting(names: &[String]) -> bool {
    let (first, others) = names.split_first().map_or(("", &[][..]), |(first, others)| (first.trim(), others));
    let setting = first.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and(first.get(4..));
    setting.is_some_and(|rest| rest.chars().count() <= 1) && others.iter().all(String::is_empty)
}

/// Reason why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unrecognised {
    /// The file has another format.
    #[error(
        "it begins with \"{0}\"; it must be a Shopify product export, a CSV whose first line names the column Handle and those \
         to import, in any order; new products need Handle, Title, Option1 Value and Variant Price; or a WooCommerce product export with \
         the columns Type, SKU, Name and those to import; or a category tree, whose first line looks like \
         \"3237 - Animals & Pet Supplies > Live Animals\""
    )]
    Other(String),
    /// Two columns of the file have the same meaning.
    #[error("the columns \"{first}\" and \"{second}\" are for the same thing; remove one of them")]
    ColumnTwice {
        /// The name of the first.
        first: String,
        /// The name of the second.
        second: String,
    },
    /// The file has no columns.
    #[error(
        "it is empty; it must be a Shopify product export with the columns Handle, Title, Option1 Value and Variant Price, or a WooCommerce product \
         export"
    )]
    Empty,
    /// The file is one of stock and not of products.
    #[error(
        "it is Shopify's export of stock at locations and not a Shopify product export; export the products instead (Products, Export), whose \
         columns are Handle, Title, Option1 Value, Variant Price and so on"
    )]
    Inventory,
    /// The file does not say which rows are variations.
    #[error(
        "it looks like WooCommerce's product export without the column Type, which says which rows are variations; export the products again \
         with all columns, or at least with Type, SKU, Name, Parent and those to import"
    )]
    NoType,
    /// The file is too large for its format.
    #[error(
        "it is larger than 64 MiB, the most that a WooCommerce product export can have, because variations may be far from their product; \
         export the products of one category after the other"
    )]
    TooLarge,
    /// The names of the columns are in another language.
    #[error(
        "it looks like WooCommerce's product export with column names in another language; in WordPress, set the language of your own profile to \
         English (Users, Profile) and export the products again; or write the English names into the first line: Type, SKU, Name, Regular price \
         and so on"
    )]
    Translated,
    /// The file is of another kind than the one that was declared.
    #[error("it is a {}, and not a {} as the import says; create the import with the kind {}, or without a kind", found.name(), expected.name(), found.as_str())]
    Kind {
        /// The kind of the file.
        found: FileKind,
        /// The kind that the import declares.
        expected: FileKind,
    },
    /// The file is in UTF-16, but does not say so.
    #[error("it is UTF-16 without a byte order mark; save it as CSV in UTF-8, as Shopify does")]
    Utf16,
    /// The file is in an encoding that cannot be recognised.
    #[error(
        "its letters are neither UTF-8 nor Windows-1252, so they would be read wrongly; save it as CSV in UTF-8 (in Excel: \"CSV UTF-8\")"
    )]
    Encoding,
    /// The file has the line ends of old Macintosh programs.
    #[error("its lines end with CR instead of LF; save it as CSV in UTF-8, as Shopify does")]
    LoneCr,
    /// The file is a workbook of Excel or another program.
    #[error(
        "it is a workbook (.xlsx, .xls or .ods), or another archive, and not a CSV; open it and save it as \"CSV UTF-8\""
    )]
    Workbook,
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The first bytes of workbooks: `.xlsx` and `.ods`, which are ZIP files, and `.xls`.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

impl Unrecognised {
    /// Fails if the first bytes of a file show that it is no text in a known encoding.
    pub(super) fn check_start(start: &[u8]) -> Result<(), Self> {
        if WORKBOOKS.iter().any(|signature| start.starts_with(signature)) {
            return Err(Self::Workbook);
        }
        match start {
            [0, second, 0, fourth, ..] if *second != 0 && *fourth != 0 => Err(Self::Utf16),
            [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Err(Self::Utf16),
            _ => Ok(()),
        }
    }

    /// Returns what a file is whose columns are not those of a known format.
    fn of(start: &[u8], encoding: Encoding) -> io::Result<Self> {
        for delimiter in Delimiter::ALL.iter().copied() {
            let dialect = Dialect { encoding, delimiter };
            let header = read_header(&mut Records::beginning(start, dialect, Ends::WithFile)?)?;
            if shopify::is_inventory(&header) {
                return Ok(Self::Inventory);
            }
            if woocommerce::is_translated(&header) {
                return Ok(Self::Translated);
            }
            if woocommerce::lacks_type(&header) {
                return Ok(Self::NoType);
            }
        }
        let header =
            read_header(&mut Records::beginning(start, Dialect { encoding, ..Dialect::default() }, Ends::WithFile)?)?;
        if header.iter().all(|name| is_blank(name)) {
            return Ok(Self::Empty);
        }
        Ok(Self::Other(header.join(",").chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::EncodingScan;
    use super::*;

    fn recognise(file: &[u8], expected: Option<FileKind>) -> Result<Recognised, Unrecognised> {
        let mut scan = EncodingScan::default();
        scan.read(file);
        Recognised::of(file, scan.finish()?, expected)
    }

    #[test]
    fn the_delimiter_is_that_with_which_the_columns_are_known() {
        for (file, delimiter) in [
            (&b"Handle,Title,Variant Price\n"[..], Delimiter::Comma),
            (b"Handle;Title;Variant Price\nplate;Plate;7,50\n", Delimiter::Semicolon),
            (b"Handle\tTitle\tVariant Price\r\nbowl\tBowl\t8.50\n", Delimiter::Tab),
            (b"\"Handle\"|\"Title\"|\"Variant Price\"", Delimiter::VerticalBar),
            (b"sep=;\nHandle;Title;Variant Price\n", Delimiter::Semicolon),
            (b"SEP=,\r\nHandle,Title,Variant Price\r\n", Delimiter::Comma),
            (b"sep=\t\nHandle\tTitle\tVariant Price\n", Delimiter::Tab),
            (b"\"sep=;\"\nHandle;\"Ti,t,l,e\";Variant Price\n", Delimiter::Semicolon),
            (b"Handle;Title,x;Variant Price\n", Delimiter::Semicolon),
        ] {
            let found = recognise(file, None).unwrap();
            assert_eq!(found.format.dialect.delimiter, delimiter, "{}", String::from_utf8_lossy(file));
            assert_eq!(found.format.kind, FileKind::ShopifyCsv);
        }
    }

    #[test]
    fn a_file_of_another_kind_is_named_with_the_way_out() {
        for (file, words) in [
            (&b"PK\x03\x04\x14\x00\x06\x00"[..], "it is a workbook"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is a workbook"),
            (b"H\0a\0n\0", "it is UTF-16 without"),
            (b"", "it is empty"),
            (b"\xef\xbb\xbf\n\n", "it is empty"),
            (b"Handle,Title\rplate,Plate\r", "lines end with CR"),
            (b"id;name;price\n", "it begins with \"id;name;price\""),
            (b"id\ttitle\tprice\n", "it begins with \"id title price\""),
            (b"Handle,Variant Price,variant price\n", "the columns \"Variant Price\" and \"variant price\""),
            (b"Handle,SKU,Title,Variant SKU,Price\n", "the columns \"SKU\" and \"Variant SKU\""),
            (b"Type,SKU,Name,Regular price,name\n", "the columns \"Name\" and \"name\""),
            (b"Handle,Title,SKU,Location,On hand (current)\n", "export of stock"),
            (b"SKU,Regular price\n", "without the column Type"),
            (
                "ID,Typ,Artikelnummer,Name,Veröffentlicht,Kurzbeschreibung,Beschreibung,Lager,Regulärer Preis\n"
                    .as_bytes(),
                "in another language",
            ),
            (
                "ID;Type;UGS;Nom;Publié;Mis en avant ?;Description courte;En stock ?;Tarif régulier\n".as_bytes(),
                "in another language",
            ),
        ] {
            let reason = recognise(file, None).unwrap_err().to_string();
            assert!(reason.contains(words), "{words}: {reason}");
        }
    }

    #[test]
    fn an_export_with_translated_columns_is_named_with_the_way_out() {
        let german = "ID,Typ,Artikelnummer,Name,Veröffentlicht,Sichtbarkeit im Katalog,Kurzbeschreibung,Vorrätig?,Lager,Gewicht (kg),\
            Angebotspreis,Regulärer Preis,Kategorien,Bilder,Übergeordnetes Produkt,Position,Attribut 1 Name,Attribut 1 Wert(e)\n";
        let french = "ID,Type,UGS,\"GTIN, UPC, EAN ou ISBN\",Nom,Publié,\"Mis en avant ?\",\"En stock ?\",Stock,\"Tarif promo\",\"Tarif régulier\",\
            Catégories,Images,Parent,Position,Brands\n";
        for file in [
            german.as_bytes(),
            french.as_bytes(),
            "ID,Tipo,SKU,Nombre,Publicado,Inventario,Precio rebajado,Precio normal,Categorías\n".as_bytes(),
            "ID,Tipo,SKU,Nome,Publicado,Preço promocional,Preço,Categorias,Imagens\n".as_bytes(),
            // Only some of the columns, without the one of types, in other case, by other programs.
            "Artikelnummer;Regulärer Preis\n".as_bytes(),
            "Name;ARTIKELNUMMER;\"ANGEBOTSPREIS\"\n".as_bytes(),
            "SKU\tNom\tTarif re\u{301}gulier\n".as_bytes(),
            "Typ,Nazwa,Cena promocyjna\n".as_bytes(),
            "Артикул;Имя;Базовая цена\n".as_bytes(),
            b"Artikelnummer;Name;Regul\xe4rer Preis\n",
            // Some names are not translated.
            b"ID,Typ,SKU,Name,Published,Short description,Stock,Regular price\n",
            "\u{feff}ID,Typ,SKU,\"GTIN, UPC, EAN oder ISBN\",Name,Published,Stock,Images\n".as_bytes(),
        ] {
            let reason = recognise(file, None).unwrap_err().to_string();
            let words = ["in another language", "set the language of your own profile to English", "Regular price"];
            assert!(words.iter().all(|words| reason.contains(words)), "{}\n{reason}", String::from_utf8_lossy(file));
        }
        for (file, words) in [
            (&b"Artikelnummer;Kurzbeschreibung;Preis\n"[..], "it begins with"),
            (b"sku;Preis;name\n", "it begins with"),
            (
                b"ID,SKU,\"GTIN, UPC, EAN, or ISBN\",Name,Published,Stock,Images,Regular price\n",
                "without the column Type",
            ),
        ] {
            let reason = recognise(file, None).unwrap_err().to_string();
            assert!(reason.contains(words), "{reason}");
        }
    }

    #[test]
    fn a_file_of_another_kind_than_declared_is_refused() {
        let woocommerce = b"ID,Type,SKU,Name,Regular price\n";
        let reason = recognise(woocommerce, Some(FileKind::ShopifyCsv)).unwrap_err().to_string();
        assert!(reason.contains("with the kind woocommerce_csv, or without a kind"), "{reason}");
        for expected in [None, Some(FileKind::WooCommerceCsv)] {
            assert_eq!(recognise(woocommerce, expected).unwrap().format.kind, FileKind::WooCommerceCsv);
        }
    }
}
