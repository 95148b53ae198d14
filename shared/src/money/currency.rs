//! Currencies: their codes and exponents.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type as SchemaType};
use utoipa::{PartialSchema, ToSchema};

use super::iso_4217::CODES;

/// A currency: its three letters, such as `EUR` (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// A text is not the code of a currency that a shop can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a currency with at most three decimals: use a code of ISO 4217, such as EUR, JPY or KWD")]
pub struct UnknownCurrency(String);

/// A function is configured with another currency than the shop's, so it would misread amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "amounts were read in {0}, as SHOP_CURRENCY says, but this is not the currency of the shop: set the variable to the currency in the table \
     `shop`, or change that one with `migrate`"
)]
pub struct OtherCurrency(pub Currency);

impl Currency {
    /// The currency of a shop for which no other was chosen.
    pub const DEFAULT: Self = Self { code: "EUR", exponent: 2 };

    /// Returns the code of ISO 4217.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Returns the number of decimals of an amount, 0 to 3: a unit has ten to the power of this minor units.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// Fails unless this, in which amounts were read, is the currency of the shop.
    pub fn require(self, shop: Self) -> Result<(), OtherCurrency> {
        if self == shop { Ok(()) } else { Err(OtherCurrency(self)) }
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        let all =
            CODES.iter().flat_map(|(exponent, codes)| codes.iter().map(|code| Self { code, exponent: *exponent }));
        let mut found = all.filter(|currency| currency.code == code);
        found.next().ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::String)
            .description(Some(
                "Code of a currency (ISO 4217), which says how many decimals the amounts next to it have.",
            ))
            .pattern(Some("^[A-Z]{3}$"))
            .examples(["EUR"])
            .into()
    }
}

impl ToSchema for Currency {}

impl Type<Postgres> for Currency {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }

    fn compatible(other: &PgTypeInfo) -> bool {
        <str as Type<Postgres>>::compatible(other)
    }
}

impl Decode<'_, Postgres> for Currency {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(<&str as Decode<Postgres>>::decode(value)?.parse()?)
    }
}

impl Encode<'_, Postgres> for Currency {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<Postgres>>::encode(self.code, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_has_the_exponent_of_iso_4217() {
        for (code, exponent) in [("JPY", 0), ("KRW", 0), ("ISK", 0), ("EUR", 2), ("USD", 2), ("KWD", 3), ("TND", 3)] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.code(), currency.exponent()), (code, exponent));
        }
        assert_eq!("EUR".parse(), Ok(Currency::DEFAULT));
    }

    #[test]
    fn what_is_no_currency_of_a_shop_is_refused() {
        // Gold has no minor unit, and Chile's unit of account (CLF) has four decimals.
        for code in ["XAU", "XXX", "XTS", "XDR", "CLF", "UYW", "ABC", "eur", "EU", "EURO", " EUR", ""] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency(code.to_owned())));
        }
    }

    #[test]
    fn the_table_has_each_code_once() {
        let mut codes: Vec<&str> = CODES.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((codes.len(), count), (156, 156));
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
    }
}
