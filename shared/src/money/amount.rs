//! Amounts: money with the currency that gives it its decimals.

use std::borrow::Cow;
use std::fmt;
use std::ops::Mul;

use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::{Currency, Decimal, Money};

/// Maximum number of digits of an amount, all of which an `i64` holds.
const MAX_DIGITS: usize = 18;

/// Money in the form that clients and people read: a decimal with as many decimals as the currency has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// The number of minor units.
    pub money: Money,
    /// The currency of the minor units.
    pub currency: Currency,
}

/// The reasons why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("A valid number is required.")]
    NotANumber,
    /// The amount has a fraction of a minor unit.
    #[error("Ensure that there are no more than {0} decimal places.")]
    TooFine(u8),
    /// It is beyond what the shop can count.
    #[error("Ensure that there are no more than {MAX_DIGITS} digits in total.")]
    TooLarge,
}

impl Currency {
    /// Returns the amount of this much money in this currency.
    pub const fn amount(self, money: Money) -> Amount {
        Amount { money, currency: self }
    }

    /// Parses an amount in this currency, such as `149.9`, `149.90` or `-3`. More decimals than the currency has are accepted only if the
    /// rest are zeros.
    pub fn parse_amount(self, text: &str) -> Result<Money, MoneyError> {
        let Decimal { is_negative, whole, fraction } = Decimal::parse(text).ok_or(MoneyError::NotANumber)?;
        let decimals = usize::from(self.exponent());
        if fraction.len() > decimals {
            return Err(MoneyError::TooFine(self.exponent()));
        }
        if whole.len() > MAX_DIGITS - decimals {
            return Err(MoneyError::TooLarge);
        }
        let minor: i64 = format!("0{whole}{fraction:0<decimals$}").parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Money::from_minor(if is_negative { -minor } else { minor }))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.money.minor() < 0 { "-" } else { "" };
        let minor = self.money.minor().unsigned_abs();
        let decimals = usize::from(self.currency.exponent());
        let unit = 10_u64.pow(self.currency.exponent().into());
        match decimals {
            0 => write!(f, "{sign}{minor}"),
            _ => write!(f, "{sign}{}.{:0decimals$}", minor / unit, minor % unit),
        }
    }
}

impl Mul<i32> for Amount {
    type Output = Self;

    fn mul(self, quantity: i32) -> Self {
        self.currency.amount(self.money * quantity)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An amount in a response has the same schema as one in a request.
impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        Money::schema()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        Money::name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        for (minor, yen, euro, dinar) in [
            (0, "0", "0.00", "0.000"),
            (7, "7", "0.07", "0.007"),
            (-5, "-5", "-0.05", "-0.005"),
            (14_990, "14990", "149.90", "14.990"),
            (-1_234_567, "-1234567", "-12345.67", "-1234.567"),
        ] {
            let money = Money::from_minor(minor);
            for (code, text) in [("JPY", yen), ("EUR", euro), ("KWD", dinar)] {
                assert_eq!(currency(code).amount(money).to_string(), text);
                assert_eq!(serde_json::to_value(currency(code).amount(money)).unwrap(), text);
            }
        }
    }

    #[test]
    fn a_displayed_amount_is_parsed_back() {
        for code in ["JPY", "EUR", "KWD"] {
            for minor in [0, 1, 10, 99, 100, 14_990, -5, -14_990, 999_999_999_999_999_999, -999_999_999_999_999_999] {
                let money = Money::from_minor(minor);
                let text = currency(code).amount(money).to_string();
                assert_eq!(currency(code).parse_amount(&text), Ok(money), "{text} {code}");
            }
        }
    }

    #[test]
    fn amounts_are_parsed_in_all_usual_forms() {
        for (code, text, minor) in [
            ("EUR", "50", 5000),
            ("EUR", "42.9", 4290),
            ("EUR", "42.9900", 4299),
            ("EUR", ".5", 50),
            ("EUR", "007", 700),
            ("EUR", " 1.00 ", 100),
            ("JPY", "2900", 2900),
            ("JPY", "149.00", 149),
            ("JPY", "149.", 149),
            ("KWD", "1.234", 1234),
            ("KWD", "1.2340", 1234),
            ("KWD", "-1.5", -1500),
        ] {
            assert_eq!(currency(code).parse_amount(text), Ok(Money::from_minor(minor)), "{text} {code}");
        }
    }

    #[test]
    fn a_text_that_is_not_an_amount_gets_its_error() {
        for (code, text, error) in [
            ("EUR", "1,50", MoneyError::NotANumber),
            ("EUR", "1.005", MoneyError::TooFine(2)),
            ("JPY", "149.50", MoneyError::TooFine(0)),
            ("JPY", "0.5", MoneyError::TooFine(0)),
            ("KWD", "1.2345", MoneyError::TooFine(3)),
            ("EUR", "10000000000000000", MoneyError::TooLarge),
            ("JPY", "1000000000000000000", MoneyError::TooLarge),
            ("KWD", "1000000000000000", MoneyError::TooLarge),
        ] {
            assert_eq!(currency(code).parse_amount(text), Err(error), "{text} {code}");
        }
    }
}
