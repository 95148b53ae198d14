//! Readers of values that few bodies have: prices, amounts that may be negative, times, phone numbers.

use serde_json::Value;

use super::Fields;
use crate::money::Money;
use crate::time::Timestamp;

/// Maximum number of characters of a phone number.
pub const MAX_PHONE: usize = 30;

impl Fields {
    /// Reads a price: an amount that is not negative and that the shop can charge.
    pub fn price(&mut self, name: &str) -> Option<Money> {
        self.money(name).filter(|price| self.is_within_prices(name, *price))
    }

    /// Reads an amount that is added to a price; a negative amount reduces it.
    pub fn price_adjustment(&mut self, name: &str) -> Option<Money> {
        let text = match self.required(name)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
        };
        match Money::parse(&text) {
            Ok(money) => Some(money).filter(|money| self.is_within_prices(name, *money)),
            Err(error) => {
                self.error(name, error.to_string());
                None
            }
        }
    }

    /// Reads a time in RFC 3339 format.
    pub fn timestamp(&mut self, name: &str) -> Option<Timestamp> {
        let timestamp = match self.required(name)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
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
        matches!(self.values.get(name), Some(Value::Number(_)))
    }

    fn is_within_prices(&mut self, name: &str, money: Money) -> bool {
        let bound = Money::MAX_PRICE;
        if money > bound {
            self.error(name, format!("Ensure this value is less than or equal to {bound}."));
        } else if money.minor() < -bound.minor() {
            self.error(name, format!("Ensure this value is greater than or equal to -{bound}."));
        } else {
            return true;
        }
        false
    }
}
