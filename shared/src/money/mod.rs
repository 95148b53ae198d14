//! Money in whole minor units of a currency, and amounts as decimals in the currency's unit, without floating point and rounding.

mod amount;
mod currency;
mod decimal;
mod iso_4217;

use std::iter::Sum;
use std::ops::{Add, Mul};

use utoipa::ToSchema;

pub use amount::{Amount, MoneyError};
pub use currency::{Currency, OtherCurrency, UnknownCurrency};
pub(crate) use decimal::Decimal;

/// An amount of money: a decimal string in the unit of the `currency` next to it, with as many decimals as ISO 4217 gives the currency, 0 to
/// 3: `"149.90"` in EUR, `"2900"` in JPY, `"1.234"` in KWD.
// In Rust: a number of minor units. What clients and people see is an `Amount`, which knows how many of them make a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, ToSchema)]
#[sqlx(transparent)]
#[schema(value_type = String, pattern = r"^-?\d+(\.\d{1,3})?$", example = "149.90")]
pub struct Money(i64);

impl Money {
    /// Largest price of anything, in minor units: 999,999,999.99 EUR. The schema says the same (`product_base_price_in_range`).
    pub const MAX_PRICE: Self = Self(99_999_999_999);

    /// Creates money from minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// Returns the number of minor units.
    pub const fn minor(self) -> i64 {
        self.0
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
