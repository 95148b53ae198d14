//! Decimal numbers in digits.

/// A decimal number, such as `-3`, `149.9` or `.50`. Equal numbers are equal, however many zeros they are written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'t> {
    pub(super) is_negative: bool,
    /// The digits before the point, without zeros at the beginning.
    pub(super) whole: &'t str,
    /// The digits behind the point, without zeros at the end.
    pub(super) fraction: &'t str,
}

impl<'t> Decimal<'t> {
    /// Reads a number; `None` if the text is not a decimal number.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self { is_negative: digits.len() < text.len() && !is_zero, whole, fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_in_every_form() {
        for (one, other) in [("10", "10.00"), ("007.5", " 7.50 "), (".5", "0.5"), ("-0", "0.000"), ("-3.", "-3.0")] {
            assert_eq!(Decimal::parse(one).unwrap(), Decimal::parse(other).unwrap(), "{one} {other}");
        }
        assert_ne!(Decimal::parse("10"), Decimal::parse("100"));
        assert_ne!(Decimal::parse("-3"), Decimal::parse("3"));
    }

    #[test]
    fn a_text_that_is_not_a_decimal_number_is_refused() {
        for text in ["", ".", "-", "abc", "1,50", "1.2.3", "--1", "+1", "1e9", "NaN", "1 000", "\u{661}"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
