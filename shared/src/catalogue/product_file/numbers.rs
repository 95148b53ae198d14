//! Decimal numbers as people in different countries write them.

use std::borrow::Cow;

/// The characters that separate the decimals of a file's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decimals {
    /// Only a point: the cells are separated by commas.
    #[default]
    Point,
    /// A point or a comma. Three digits behind either may be thousands as well.
    PointOrComma,
    /// A point; or a comma, if the file is in the format of a program that writes amounts of money in the language of its shop.
    LocalMoney,
}

/// A number with separators of thousands.
pub(super) const GROUPED: &str = "write it without a thousands separator";

/// A number that can mean two things.
pub(super) const AMBIGUOUS: &str = "the digits after the separator may be thousands or decimals; write thousands without a separator, and not three decimals";

impl Decimals {
    /// Returns the number with a point before its decimals, or the reason why its meaning is unclear. A text that is no number stays as it is.
    /// `usual` is the number of decimals with which such numbers are written, if it is always the same: with three, three digits behind the
    /// separator are decimals; with another number they may be thousands.
    pub(super) fn read(self, text: &str, usual: Option<u8>) -> Result<Cow<'_, str>, &'static str> {
        if is_grouped(text) {
            return Err(GROUPED);
        }
        let separators = text.bytes().filter(|byte| matches!(byte, b',' | b'.')).count();
        let (whole, decimals) = match text.split_once([',', '.']) {
            Some(parts) if separators == 1 => parts,
            _ => return Ok(Cow::Borrowed(text)),
        };
        let has_comma = text.contains(',');
        if has_comma && self == Self::Point {
            return Ok(Cow::Borrowed(text));
        }
        // Nothing is grouped behind a zero.
        let may_be_grouped = decimals.len() == 3 && !matches!(whole.trim_start_matches('-'), "" | "0");
        let is_unclear = match (usual, self) {
            (Some(3), _) => false,
            (Some(_), _) | (None, Self::PointOrComma) => may_be_grouped,
            (None, Self::LocalMoney) => may_be_grouped && has_comma,
            (None, Self::Point) => false,
        };
        match (is_unclear, has_comma) {
            (true, _) => Err(AMBIGUOUS),
            (false, true) => Ok(Cow::Owned(format!("{whole}.{decimals}"))),
            (false, false) => Ok(Cow::Borrowed(text)),
        }
    }
}

/// Returns true if a number has separators that can only be those of thousands: several, or one that separates no decimals.
fn is_grouped(text: &str) -> bool {
    let separators = [',', '.', ' ', '\'', '\u{a0}', '\u{202f}'];
    let parts: Vec<&str> = text.trim_start_matches('-').split(separators).collect();
    let are_digits = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
    are_digits
        && match parts.as_slice() {
            [_, last] => last.len() == 3 && !text.contains([',', '.']),
            [_, middle @ .., _] => middle.iter().all(|part| part.len() == 3),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comma_is_never_read_as_nothing() {
        let either = |text| Decimals::PointOrComma.read(text, None);
        for (text, number) in
            [("7,50", "7.50"), ("7.50", "7.50"), ("7,5", "7.5"), ("0,350", "0.350"), ("1,2500", "1.2500"), ("12", "12")]
        {
            assert_eq!(either(text).as_deref(), Ok(number), "{text}");
        }
        for text in ["1,000", "1.000", "-1.000", "12,500"] {
            assert_eq!(either(text), Err(AMBIGUOUS), "{text}");
        }
        // These are refused where the number is read.
        for text in ["1,2,3", "1.0.0", "seven", "1,,2"] {
            assert_eq!(either(text).as_deref(), Ok(text));
        }
        for text in ["1.234,50", "1,234.50", "-1.234.567", "1 234", "1'234.50", "1\u{202f}234,50"] {
            for decimals in [Decimals::Point, Decimals::PointOrComma, Decimals::LocalMoney] {
                assert_eq!(decimals.read(text, Some(3)), Err(GROUPED), "{text}");
            }
        }
    }

    #[test]
    fn three_decimals_are_unclear_unless_the_currency_has_three() {
        let all = [Decimals::Point, Decimals::PointOrComma, Decimals::LocalMoney];
        for decimals in all {
            assert_eq!(decimals.read("1.250", Some(3)).as_deref(), Ok("1.250"));
            for usual in [0, 2] {
                assert_eq!(decimals.read("1.250", Some(usual)), Err(AMBIGUOUS));
                assert_eq!(decimals.read("0.250", Some(usual)).as_deref(), Ok("0.250"));
            }
        }
        for decimals in [Decimals::PointOrComma, Decimals::LocalMoney] {
            assert_eq!(decimals.read("1,250", Some(3)).as_deref(), Ok("1.250"));
        }
        assert_eq!(Decimals::Point.read("1,250", Some(3)).as_deref(), Ok("1,250"));
    }

    #[test]
    fn a_comma_is_no_decimal_comma_between_commas() {
        for text in ["7,50", "1,000", "1.000"] {
            assert_eq!(Decimals::Point.read(text, None).as_deref(), Ok(text));
        }
        assert_eq!(Decimals::LocalMoney.read("7,50", None).as_deref(), Ok("7.50"));
        assert_eq!(Decimals::LocalMoney.read("1.000", None).as_deref(), Ok("1.000"));
        assert_eq!(Decimals::LocalMoney.read("1,000", None), Err(AMBIGUOUS));
    }
}
