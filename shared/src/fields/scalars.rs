//! Readers of single values other than texts: numbers, ids, booleans, prices, times, choices, and phone numbers.

use std::ops::RangeInclusive;

use uuid::Uuid;

use super::input::{whole, without_exponent};
use super::{Fields, Input};
use crate::money::Money;
use crate::time::Timestamp;

/// Maximum number of characters of a phone number.
pub const MAX_PHONE: usize = 30;

/// Maximum number of characters of the name of a choice.
const MAX_CHOICE: usize = 100;

impl Fields {
    /// Reads a whole number in this range, also from a text (`"3"`), as forms and queries send it.
    pub fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.required(name)? {
            Input::Number(number) => whole(&number),
            Input::Text(text) => text.trim().parse().ok(),
            Input::Null | Input::Bool(_) | Input::List(_) | Input::Object(_) => None,
        };
        let message = match number {
            None => "A valid integer is required.".to_owned(),
            Some(number) if number < *range.start() => {
                format!("Ensure this value is greater than or equal to {}.", range.start())
            }
            Some(number) if number > *range.end() => {
                format!("Ensure this value is less than or equal to {}.", range.end())
            }
            Some(number) => return Some(number),
        };
        self.error(name, message);
        None
    }

    /// Reads a whole number in this range that fits a 32-bit column.
    pub fn small_integer(&mut self, name: &str, range: RangeInclusive<i32>) -> Option<i32> {
        let number = self.integer(name, i64::from(*range.start())..=i64::from(*range.end()))?;
        i32::try_from(number).ok()
    }

    /// Reads a size: a whole number in this range that is not negative.
    pub fn size(&mut self, name: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let bound = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
        let number = self.integer(name, bound(*range.start())..=bound(*range.end()))?;
        u64::try_from(number).ok()
    }

    /// Reads the id of a row: a whole number from 1.
    pub fn id(&mut self, name: &str) -> Option<i64> {
        self.integer(name, 1..=i64::MAX)
    }

    /// Reads a UUID.
    pub fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let uuid = match self.required(name)? {
            Input::Text(text) => text.trim().parse().ok(),
            Input::Null | Input::Bool(_) | Input::Number(_) | Input::List(_) | Input::Object(_) => None,
        };
        if uuid.is_none() {
            self.error(name, "Must be a valid UUID.");
        }
        uuid
    }

    /// Reads true or false, also from a text.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = match self.required(name)? {
            Input::Bool(value) => Some(value),
            Input::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "on" => Some(true),
                "false" | "0" | "off" => Some(false),
                _ => None,
            },
            Input::Null | Input::Number(_) | Input::List(_) | Input::Object(_) => None,
        };
        if value.is_none() {
            self.error(name, "Must be a valid boolean.");
        }
        value
    }

    /// Reads an amount of money that is not negative: a decimal number, as a text or as a number.
    pub fn money(&mut self, name: &str) -> Option<Money> {
        let money = self.amount(name)?;
        if money.minor() < 0 {
            self.error(name, "Ensure this value is greater than or equal to 0.");
            return None;
        }
        Some(money)
    }

    /// Reads an amount exactly: no number is rounded.
    fn amount(&mut self, name: &str) -> Option<Money> {
        let text = match self.required(name)? {
            Input::Text(text) => text,
            Input::Number(number) => without_exponent(&number).unwrap_or_default(),
            Input::Null | Input::Bool(_) | Input::List(_) | Input::Object(_) => String::new(),
        };
        let amount = self.currency.parse_amount(&text);
        if let Err(error) = amount {
            self.error(name, error.to_string());
        }
        amount.ok()
    }

    /// Reads one of several choices by its name.
    pub fn choice<T>(&mut self, name: &str, named: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name, MAX_CHOICE)?;
        let choice = named(&text);
        if choice.is_none() {
            self.error(name, format!("\"{text}\" is not a valid choice."));
        }
        choice
    }

    /// Reads a price: an amount that is not negative and that the shop can charge.
    pub fn price(&mut self, name: &str) -> Option<Money> {
        self.money(name).filter(|price| self.is_within_prices(name, *price))
    }

    /// Reads an amount that is added to a price; a negative amount reduces it.
    pub fn price_adjustment(&mut self, name: &str) -> Option<Money> {
        self.amount(name).filter(|money| self.is_within_prices(name, *money))
    }

    /// Reads a time in RFC 3339 format.
    pub fn timestamp(&mut self, name: &str) -> Option<Timestamp> {
        let timestamp = match self.required(name)? {
            Input::Text(text) => text.trim().parse().ok(),
            Input::Null | Input::Bool(_) | Input::Number(_) | Input::List(_) | Input::Object(_) => None,
        };
        if timestamp.is_none() {
            self.error(
                name,
                "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm:ss[.uuuuuu](Z|+HH:MM|-HH:MM).",
            );
        }
        timestamp
    }

    /// Reads a phone number as people write it, or a blank. Whether the number exists is not checked.
    pub fn phone(&mut self, name: &str) -> Option<String> {
        let phone = self.text_or_blank(name, MAX_PHONE)?;
        if phone.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c)) {
            return Some(phone);
        }
        self.error(name, "Enter a valid phone number.");
        None
    }

    /// Returns true if the field is a JSON number, as ids are, and not a text.
    pub fn is_number(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Input::Number(_)))
    }

    fn is_within_prices(&mut self, name: &str, money: Money) -> bool {
        let bound = self.currency.amount(Money::MAX_PRICE);
        if money > bound.money {
            self.error(name, format!("Ensure this value is less than or equal to {bound}."));
        } else if money.minor() < -bound.money.minor() {
            self.error(name, format!("Ensure this value is greater than or equal to -{bound}."));
        } else {
            return true;
        }
        false
    }
}
