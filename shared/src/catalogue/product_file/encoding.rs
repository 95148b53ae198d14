//! The encoding of a file: recognised from all its bytes, because the first letter that tells may be at its end.

use std::io::{self, BufRead};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::letters::Letters;
use super::recognise::Unrecognised;

/// The encoding of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    #[strum(serialize = "utf-8")]
    Utf8,
    /// UTF-16 with a byte order mark, the lower byte first.
    #[serde(rename = "utf-16le")]
    #[strum(serialize = "utf-16le")]
    Utf16Le,
    /// UTF-16 with a byte order mark, the higher byte first.
    #[serde(rename = "utf-16be")]
    #[strum(serialize = "utf-16be")]
    Utf16Be,
    /// Windows-1252, which Excel writes as "CSV" in Western countries.
    #[serde(rename = "windows-1252")]
    #[strum(serialize = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// Returns the name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// Returns the byte order mark with which a file of this encoding may begin.
    pub(super) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xef\xbb\xbf",
            Self::Utf16Le => b"\xff\xfe",
            Self::Utf16Be => b"\xfe\xff",
            Self::Windows1252 => b"",
        }
    }

    /// Returns the number of bytes of the file that a byte of the decoded text stands for: a character's bytes all with its first one.
    pub(super) const fn width(self, byte: u8) -> u64 {
        match (self, byte) {
            (Self::Utf8, _) => 1,
            (_, 0x80..=0xbf) => 0,
            (Self::Windows1252, _) => 1,
            (Self::Utf16Le | Self::Utf16Be, 0xf0..) => 4,
            (Self::Utf16Le | Self::Utf16Be, _) => 2,
        }
    }

    /// Returns the encoding that a byte order mark names.
    fn of_mark(start: &[u8]) -> Option<Self> {
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be].into_iter().find(|encoding| start.starts_with(encoding.mark()))
    }

    fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Self::Utf8 => return None,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        Some(encoding.new_decoder_without_bom_handling())
    }
}

/// Decodes a whole text without its byte order mark. Bytes that are not in the encoding become U+FFFD.
pub fn decode(bytes: &[u8], encoding: Encoding) -> String {
    let bytes = bytes.strip_prefix(encoding.mark()).unwrap_or(bytes);
    match encoding.decoder() {
        None => String::from_utf8_lossy(bytes).into_owned(),
        Some(decoder) => decoder.encoding().decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Maximum number of bytes that are decoded at once.
const DECODED_AT_ONCE: usize = 64 * 1024;

/// The text of a file as UTF-8. A file in UTF-8 comes through as it is, so that its damaged rows can be reported.
pub struct Decoded<R> {
    from: R,
    decoder: Option<Decoder>,
    text: Vec<u8>,
    used: usize,
}

impl<R> std::fmt::Debug for Decoded<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").field("used", &self.used).finish_non_exhaustive()
    }
}

impl<R: BufRead> Decoded<R> {
    /// Decodes what follows in `from`, which begins with a whole character.
    pub fn new(from: R, encoding: Encoding) -> Self {
        Self { from, decoder: encoding.decoder(), text: Vec::new(), used: 0 }
    }

    /// Returns the next bytes of the text; none at its end.
    pub(super) fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(decoder) = &mut self.decoder else { return self.from.fill_buf() };
        while self.used == self.text.len() {
            let input = self.from.fill_buf()?;
            if input.is_empty() {
                return Ok(&[]);
            }
            let input = input.get(..DECODED_AT_ONCE).unwrap_or(input);
            self.text.resize(decoder.max_utf8_buffer_length(input.len()).unwrap_or_default(), 0);
            let (_, read, written, _) = decoder.decode_to_utf8(input, &mut self.text, false);
            self.text.truncate(written);
            self.used = 0;
            self.from.consume(read);
        }
        Ok(self.text.get(self.used..).unwrap_or_default())
    }

    /// Marks bytes of the text as read.
    pub(super) fn consume(&mut self, bytes: usize) {
        match self.decoder {
            None => self.from.consume(bytes),
            Some(_) => self.used += bytes,
        }
    }
}

/// The evidence for an encoding in the bytes of a file so far.
#[derive(Debug, Default)]
pub struct EncodingScan {
    start: Vec<u8>,
    /// The beginning of a character that the next bytes may complete.
    cut: Vec<u8>,
    /// Number of characters of two or more bytes in UTF-8.
    characters: u64,
    /// Number of bytes that are not UTF-8.
    strays: u64,
    /// The letters, in case that the file is not UTF-8.
    letters: Letters,
}

impl EncodingScan {
    /// Reads the next bytes of the file.
    pub fn read(&mut self, bytes: &[u8]) {
        let room = 8_usize.saturating_sub(self.start.len());
        self.start.extend(bytes.iter().take(room));
        self.letters.read(bytes);
        if bytes.is_ascii() && self.cut.is_empty() {
            return;
        }
        let mut all = std::mem::take(&mut self.cut);
        all.extend(bytes);
        self.count_characters(&all);
    }

    fn count_characters(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.characters += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count() as u64;
            let invalid = chunk.invalid();
            let is_cut = || std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if chunks.peek().is_none() && is_cut() {
                self.cut = invalid.to_vec();
            } else {
                self.strays += invalid.len() as u64;
            }
        }
    }

    /// Returns the encoding of the whole file, or the reason why it cannot be read.
    pub fn finish(mut self) -> Result<Encoding, Unrecognised> {
        self.strays += self.cut.len() as u64;
        Unrecognised::check_start(&self.start)?;
        if let Some(encoding) = Encoding::of_mark(&self.start) {
            return Ok(encoding);
        }
        // A single damaged character does not change the encoding of the others.
        if self.strays == 0 || self.characters >= self.strays {
            return Ok(Encoding::Utf8);
        }
        if self.letters.are_western() { Ok(Encoding::Windows1252) } else { Err(Unrecognised::Encoding) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recognises the encoding, with the file cut into pieces of this length.
    fn recognise(file: &[u8], length: usize) -> Result<Encoding, String> {
        let mut scan = EncodingScan::default();
        file.chunks(length).for_each(|piece| scan.read(piece));
        scan.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn an_encoding_is_recognised_in_any_pieces() {
        let cyrillic = b"\xd4\xf3\xf2\xe1\xee\xeb\xea\xe0,\xca\xf0\xe0\xf1\xed\xfb\xe9";
        for (file, expected) in [
            (&b"plain"[..], Ok(Encoding::Utf8)),
            ("Tasse weiß €".as_bytes(), Ok(Encoding::Utf8)),
            ("\u{feff}weiß".as_bytes(), Ok(Encoding::Utf8)),
            (b"\xef\xbb\xbfwei\xdf", Ok(Encoding::Utf8)),
            ("weiß, groß, Öl \u{1f600}".as_bytes(), Ok(Encoding::Utf8)),
            (b"Gro\xdfe Tasse \x96 wei\xdf 5 \x80", Ok(Encoding::Windows1252)),
            (b"\xc4\xd6\xdc", Ok(Encoding::Windows1252)),
            (b"caf\xe9", Ok(Encoding::Windows1252)),
            ("weiß, groß, \u{d6}l".as_bytes(), Ok(Encoding::Utf8)),
            (b"\xff\xfea\0", Ok(Encoding::Utf16Le)),
            (b"\xfe\xff\0a", Ok(Encoding::Utf16Be)),
            (cyrillic, Err("Windows-1252")),
            (b"\x83e\x83X\x83g", Ok(Encoding::Windows1252)),
            (b"\x93\xfa\x96{\x8c\xea \x82\xa0\x81[", Err("CSV UTF-8")),
            (b"a\0b\0", Err("UTF-16 without a byte order mark")),
            (b"PK\x03\x04\x14\0\x06\0", Err("a workbook")),
        ] {
            for length in [1, 2, 3, file.len()] {
                match (recognise(file, length), expected) {
                    (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{file:x?}"),
                    (Err(reason), Err(words)) => assert!(reason.contains(words), "{reason}"),
                    (found, expected) => panic!("{file:x?}: {found:?}, not {expected:?}"),
                }
            }
        }
    }

    #[test]
    fn one_damaged_byte_does_not_change_the_encoding_of_the_others() {
        let file = ["weiß und groß".as_bytes(), b"\xdf"].concat();
        assert_eq!(recognise(&file, 5), Ok(Encoding::Utf8));
        assert_eq!(recognise(b"wei\xc3\x9f gr\xc3\xb6n caf\xe9 gro\xdf", 5), Ok(Encoding::Utf8));
    }

    #[test]
    fn a_text_is_decoded_without_its_mark() {
        let text = "Groß – 5 € \u{1f600}";
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16, Encoding::Utf16Le), text);
        assert_eq!(decode(format!("\u{feff}{text}").as_bytes(), Encoding::Utf8), text);
        assert_eq!(decode(b"Gro\xdf \x96 5 \x80", Encoding::Windows1252), "Groß – 5 €");
    }
}
