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

/// A number that can mean two things.
pub(super) const AMBIGUOUS: &str = "the digits after the separator may be thousands or decimals; write the number without a separator, or with two decimals";

impl Decimals {
    /// Returns the number with a point before its decimals, or the reason why its meaning is unclear. A text that is no number stays as it is.
    pub(super) fn read(self, text: &str) -> Result<Cow<'_, str>, &'static str> {
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
        let is_unclear = match self {
            Self::Point => false,
            Self::PointOrComma => may_be_grouped,
            Self::LocalMoney => may_be_grouped && has_comma,
        };
        match (is_unclear, has_comma) {
            (true, _) => Err(AMBIGUOUS),
            (false, true) => Ok(Cow::Owned(format!("{whole}.{decimals}"))),
            (false, false) => Ok(Cow::Borrowed(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_comma_is_never_read_as_nothing() {
        let either = |text| Decimals::PointOrComma.read(text);
        for (text, number) in
            [("7,50", "7.50"), ("7.50", "7.50"), ("7,5", "7.5"), ("0,350", "0.350"), ("1,2500", "1.2500"), ("12", "12")]
        {
            assert_eq!(either(text).as_deref(), Ok(number), "{text}");
        }
        for text in ["1,000", "1.000", "-1.000", "12,500"] {
            assert_eq!(either(text), Err(AMBIGUOUS), "{text}");
        }
        // These are refused where the number is read.
        for text in ["1.234,50", "1,234.50", "1,2,3", "seven"] {
            assert_eq!(either(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_comma_is_no_decimal_comma_between_commas() {
        for text in ["7,50", "1,000", "1.000"] {
            assert_eq!(Decimals::Point.read(text).as_deref(), Ok(text));
        }
        assert_eq!(Decimals::LocalMoney.read("7,50").as_deref(), Ok("7.50"));
        assert_eq!(Decimals::LocalMoney.read("1.000").as_deref(), Ok("1.000"));
        assert_eq!(Decimals::LocalMoney.read("1,000"), Err(AMBIGUOUS));
    }
}
