//! Money in whole minor units of one currency, without floating point and rounding.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul};

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// An amount of money: a decimal string with two decimals, `"149.90"`, in the unit of the `currency` next to it. Counted in minor units (cents).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, ToSchema)]
#[sqlx(transparent)]
#[schema(value_type = String, pattern = r"^-?\d+\.\d{2}$", example = "149.90")]
pub struct Money(i64);

/// The reasons why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("A valid number is required.")]
    NotANumber,
    /// The amount has a fraction of a cent.
    #[error("Ensure that there are no more than 2 decimal places.")]
    TooFine,
    /// It is beyond what the shop can count.
    #[error("Ensure that there are no more than 18 digits in total.")]
    TooLarge,
}

impl Money {
    /// Largest price of anything: 999,999,999.99. The schema says the same (`product_base_price_in_range`).
    pub const MAX_PRICE: Self = Self(99_999_999_999);

    /// Creates an amount from minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// Returns the amount in minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Parses `149.9`, `149.90` or `-3`. More than two decimals are accepted only if the rest are zeros.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(MoneyError::NotANumber);
        }
        if fraction.len() > 2 {
            return Err(MoneyError::TooFine);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 16 {
            return Err(MoneyError::TooLarge);
        }
        // At most 18 digits, which an i64 holds.
        let minor: i64 = format!("0{whole}{fraction:0<2}").parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self(sign * minor))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<i32> for Money {
    type Output = Self;

    fn mul(self, quantity: i32) -> Self {
        Self(self.0.saturating_mul(i64::from(quantity)))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_displayed_amount_is_parsed_back() {
        for minor in [0, 1, 10, 99, 100, 14_990, -5, -14_990, 999_999_999_999_999_999] {
            let money = Money::from_minor(minor);
            assert_eq!(Money::parse(&money.to_string()), Ok(money));
        }
    }

    #[test]
    fn amounts_are_parsed_in_all_usual_forms() {
        for (text, minor) in
            [("50", 5000), ("42.9", 4290), ("42.9900", 4299), (".5", 50), ("007", 700), (" 1.00 ", 100)]
        {
            assert_eq!(Money::parse(text), Ok(Money::from_minor(minor)), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_an_amount_gets_its_error() {
        for text in ["", ".", "abc", "1,50", "1.2.3", "--1", "1e9", "NaN"] {
            assert_eq!(Money::parse(text), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(Money::parse("1.005"), Err(MoneyError::TooFine));
        assert_eq!(Money::parse("10000000000000000"), Err(MoneyError::TooLarge));
    }
}
