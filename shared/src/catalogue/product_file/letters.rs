//! The letters of a text that is not UTF-8: what tells that they are not those of Windows-1252, but of another encoding of Windows.

/// The letters so far, each judged by the bytes on both of its sides.
#[derive(Debug, Default)]
pub(super) struct Letters {
    /// The byte before the last one, and the last one.
    before: u8,
    last: u8,
    /// Number of bytes outside ASCII.
    high: u64,
    /// Number of those in runs that are longer than Western words have them.
    in_long_runs: u64,
    /// Number of those in words that have no letter of ASCII.
    in_other_words: u64,
    run: u64,
    /// The run of letters outside ASCII that the last byte belongs to, and true if a letter of ASCII was before it.
    letters: u64,
    is_in_western_word: bool,
    /// True if a byte has no meaning in Windows-1252.
    has_unknown: bool,
    /// True if a sign of Windows-1252 stands where only a letter of another encoding does: `p³aszcz`.
    has_sign_in_word: bool,
    is_icelandic: bool,
    /// True if there are letters that no Icelandic word has, and that Turkish has in the same places.
    is_not_icelandic: bool,
}

/// Length of a run of letters outside ASCII from which it is not taken for a part of a Western word.
const LONG_RUN: u64 = 4;

/// Letters of Windows-1250, 1251, 1253 and 1254 which are signs in Windows-1252, where no word has them inside.
const SIGNS: [u8; 10] = [0xa3, 0xa5, 0xaa, 0xaf, 0xb3, 0xb9, 0xba, 0xbc, 0xbe, 0xbf];

/// `Ż` of Windows-1250, with which Polish words begin.
const Z_WITH_DOT: u8 = 0xaf;

impl Letters {
    /// Reads the next bytes.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        match bytes {
            // Most of a file is ASCII, and only its ends have neighbours that count.
            [first, .., before, last] if bytes.is_ascii() => {
                self.push(*first);
                (self.before, self.last) = (*before, *last);
            }
            bytes => bytes.iter().for_each(|byte| self.push(*byte)),
        }
    }

    fn push(&mut self, next: u8) {
        let (before, sign) = (self.before, self.last);
        let is_in_word = is_letter(next) && (is_letter(before) || sign == Z_WITH_DOT && !before.is_ascii_digit());
        self.has_sign_in_word |= SIGNS.contains(&sign) && is_in_word;
        self.end_runs(next);
        if !next.is_ascii() {
            self.run += 1;
            self.high += 1;
            self.has_unknown |= matches!(next, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
        }
        if is_high_letter(next) {
            if self.letters == 0 {
                self.is_in_western_word = self.last.is_ascii_alphabetic();
            }
            self.letters += 1;
            self.is_icelandic |= matches!(next, 0xd0 | 0xdd | 0xde | 0xf0 | 0xfd | 0xfe);
            self.is_not_icelandic |= matches!(next, 0xc7 | 0xdc | 0xe7 | 0xfc);
        }
        (self.before, self.last) = (self.last, next);
    }

    /// Ends the runs to which the next byte does not belong.
    fn end_runs(&mut self, next: u8) {
        if next.is_ascii() {
            let run = std::mem::take(&mut self.run);
            self.in_long_runs += if run < LONG_RUN { 0 } else { run };
        }
        if !is_high_letter(next) {
            let letters = std::mem::take(&mut self.letters);
            let is_other_word = letters > 1 && !self.is_in_western_word && !next.is_ascii_alphabetic();
            self.in_other_words += if is_other_word { letters } else { 0 };
        }
    }

    /// Returns true if the text can be Windows-1252.
    pub(super) fn are_western(mut self) -> bool {
        self.push(b'\n');
        let is_in_other_alphabet = self.in_long_runs * 2 > self.high
            // `ÄÖÜ` alone is no word, but a size or a code.
            || self.in_other_words >= LONG_RUN && self.in_other_words * 4 > self.high;
        let is_turkish = self.is_icelandic && self.is_not_icelandic;
        !self.has_unknown && !self.has_sign_in_word && !is_in_other_alphabet && !is_turkish
    }
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || is_high_letter(byte)
}

const fn is_high_letter(byte: u8) -> bool {
    matches!(byte, 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_western(text: &[u8], length: usize) -> bool {
        let mut letters = Letters::default();
        text.chunks(length).for_each(|piece| letters.read(piece));
        letters.are_western()
    }

    #[test]
    fn western_words_are_distinguished_from_those_of_other_encodings() {
        let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        for text in [
            "¿Qué? ¡Olé! Señor 5º m³ ½ 3ª £5",
            "Größe Tasse – weiß, Äpfel, ÄÖÜ, Öl, süß",
            "Crème brûlée, où, garçon, naïve, déjà, œuf, « Noël »",
            "Smørrebrød, Ærø, blåbær, Å, på",
            "Þórður, Íslensk ull, peysa með ættarmynstri, já, sú, æði",
            "Coração, não, pães, avó, São João",
            "Kött, räksmörgås, Öland, åäö",
        ] {
            let text = windows(text);
            for length in [1, 2, 3, text.len()] {
                assert!(are_western(&text, length), "{}", String::from_utf8_lossy(&text));
            }
        }
        for (encoding, text) in [
            (encoding_rs::WINDOWS_1250, "p\u{142}aszcz"),
            (encoding_rs::WINDOWS_1250, "\u{17b}\u{f3}\u{142}ty kubek"),
            (encoding_rs::WINDOWS_1250, "(\u{17b}ona)"),
            (encoding_rs::WINDOWS_1251, "Дом и сад"),
            (encoding_rs::WINDOWS_1251, "cup,Чай"),
            (encoding_rs::WINDOWS_1253, "Νέο φως"),
            (encoding_rs::WINDOWS_1254, "Kırmızı çanta"),
            (encoding_rs::WINDOWS_1254, "Güneş şapkası"),
        ] {
            let bytes = encoding.encode(text).0;
            let is_short = text.contains("Чай");
            for length in [1, 2, 3, bytes.len()] {
                // Three letters alone are too few.
                assert_eq!(are_western(&bytes, length), is_short, "{text}");
            }
        }
    }
}
