//! Reads a body or a query field by field and collects the errors of *all* fields, with the texts that clients of Django REST framework know.
//! serde would stop at the first error, and its texts are for programmers.

mod errors;
mod scalars;
pub mod schema;
mod values;

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
pub use shared_macros::Request;
use uuid::Uuid;

use crate::money::Money;
use crate::patch::Patch;

pub use errors::FieldErrors;
pub use scalars::MAX_PHONE;
pub use values::FromField;

/// Maximum number of characters of an email address.
pub const MAX_EMAIL: usize = 254;
/// Maximum number of characters of the name of a choice.
const MAX_CHOICE: usize = 100;

/// A body or a query. Derived by [`Request`].
pub trait FromFields: Sized {
    /// Reads every field, so that every error is found. Returns `None` only if an error was added.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// Marks that a field is wrong and that its error was added to those of all [`Fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted;

/// Passes the fields on unread, to be read with [`Fields::read_as`].
impl FromFields for Fields {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(std::mem::take(fields))
    }
}

/// The fields of an object, and the errors found in them.
#[derive(Debug, Default)]
pub struct Fields {
    values: Map<String, Value>,
    errors: FieldErrors,
    /// Path of this object in the body: empty, or for example `items.0.`.
    prefix: String,
}

impl Fields {
    /// Makes fields of a JSON object.
    pub fn new(values: Map<String, Value>) -> Self {
        Self { values, ..Self::default() }
    }

    /// Sets a field that is in the path of the request, whatever the body has.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Reads all fields as a `T`.
    pub fn into<T: FromFields>(self) -> Result<T, FieldErrors> {
        self.read_as(T::read)
    }

    /// Reads all fields with a function, for bodies whose fields depend on more than the body.
    pub fn read_as<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, FieldErrors> {
        let value = read(&mut self);
        self.finish(value)
    }

    /// Returns the value that was read, or the errors if there are any.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self.errors),
        }
    }

    /// Adds errors that were found elsewhere.
    pub fn append(&mut self, errors: FieldErrors) {
        self.errors.append(errors);
    }

    /// Adds an error of a field.
    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        self.errors.add(format!("{}{name}", self.prefix), message);
    }

    /// Reads a field that may be left out or null.
    pub fn maybe<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        if self.is_given(name) { read(self, name).map(Some).ok_or(Noted) } else { Ok(None) }
    }

    /// Does the same, and treats a blank text as left out, because forms send all their fields.
    pub fn filter<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        match self.values.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            _ => self.maybe(name, read),
        }
    }

    /// Reads a field that may be left out, but not null.
    pub fn sent<T>(&mut self, name: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Result<Option<T>, Noted> {
        if self.has(name) { read(self, name).map(Some).ok_or(Noted) } else { Ok(None) }
    }

    /// Reads a field of a PUT that cannot be left out; null counts as missing.
    pub fn given<T>(&mut self, name: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Result<T, Noted> {
        if self.is_given(name) {
            return read(self, name).ok_or(Noted);
        }
        self.error(name, "This field is required.");
        Err(Noted)
    }

    /// Reads a change of a field that may be empty: null empties it, and a field that is left out stays as it is.
    pub fn patch<T>(&mut self, name: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Result<Patch<T>, Noted> {
        if self.has(name) { self.maybe(name, read).map(Patch::replace) } else { Ok(Patch::Keep) }
    }

    /// Does the same, and treats a blank text as null, because forms have no null.
    pub fn patch_or_blank<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Patch<T>, Noted> {
        if self.has(name) { self.filter(name, read).map(Patch::replace) } else { Ok(Patch::Keep) }
    }

    /// Returns true if the field is there and is not null.
    pub fn is_given(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    /// Returns true if the field is there, even if it is null.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Reads a text of 0 to `max` characters, and removes spaces around it.
    pub fn text_or_blank(&mut self, name: &str, max: usize) -> Option<String> {
        self.raw_text(name, max).map(|text| text.trim().to_owned())
    }

    /// Reads a text of 1 to `max` characters, and removes spaces around it.
    pub fn text(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.raw_text(name, max)?;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            self.error(name, "This field may not be blank.");
            return None;
        }
        Some(trimmed.to_owned())
    }

    /// Reads a text of 1 to `max` characters unchanged: a password.
    pub fn secret(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.raw_text(name, max)?;
        if text.is_empty() {
            self.error(name, "This field may not be blank.");
            return None;
        }
        Some(text)
    }

    /// Reads an email address.
    pub fn email(&mut self, name: &str) -> Option<String> {
        let email = self.text(name, MAX_EMAIL)?;
        if looks_like_an_address(&email) {
            return Some(email);
        }
        self.error(name, "Enter a valid email address.");
        None
    }

    /// Reads a whole number in this range, also from a text (`"3"`), as forms and queries send it.
    pub fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.required(name)? {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64())),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
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
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if uuid.is_none() {
            self.error(name, "Must be a valid UUID.");
        }
        uuid
    }

    /// Reads true or false, also from a text.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = match self.required(name)? {
            Value::Bool(value) => Some(value),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "on" => Some(true),
                "false" | "0" | "off" => Some(false),
                _ => None,
            },
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        };
        if value.is_none() {
            self.error(name, "Must be a valid boolean.");
        }
        value
    }

    /// Reads an amount of money that is not negative: a decimal number, as a text or as a number.
    pub fn money(&mut self, name: &str) -> Option<Money> {
        let text = match self.required(name)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
        };
        let message = match Money::parse(&text) {
            Ok(money) if money.minor() >= 0 => return Some(money),
            Ok(_) => "Ensure this value is greater than or equal to 0.".to_owned(),
            Err(error) => error.to_string(),
        };
        self.error(name, message);
        None
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

    /// Reads an object as a `T`.
    pub fn object<T: FromFields>(&mut self, name: &str) -> Option<T> {
        let values = match self.values.remove(name) {
            Some(Value::Object(values)) => values,
            Some(other) => {
                self.error(name, not_an_object(&other));
                return None;
            }
            None => {
                self.error(name, "This field is required.");
                return None;
            }
        };
        let mut fields =
            Self { values, errors: std::mem::take(&mut self.errors), prefix: format!("{}{name}.", self.prefix) };
        let value = T::read(&mut fields);
        self.errors = fields.errors;
        value
    }

    fn required(&mut self, name: &str) -> Option<Value> {
        let message = match self.values.get(name) {
            None => "This field is required.",
            Some(Value::Null) => "This field may not be null.",
            Some(value) => return Some(value.clone()),
        };
        self.error(name, message);
        None
    }

    fn raw_text(&mut self, name: &str, max: usize) -> Option<String> {
        let text = match self.required(name)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.error(name, "Not a valid string.");
                return None;
            }
        };
        // PostgreSQL stores every character except this one.
        if text.contains('\0') {
            self.error(name, "Null characters are not allowed.");
            return None;
        }
        if text.chars().count() > max {
            self.error(name, format!("Ensure this field has no more than {max} characters."));
            return None;
        }
        Some(text)
    }
}

/// Returns the error text for a value that is not an object.
pub(crate) fn not_an_object(value: &Value) -> String {
    format!("Invalid data. Expected a dictionary, but got {}.", type_name(value))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// Converts 3.0 to 3; returns `None` for 3.5.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and far inside the range")]
fn whole(number: Option<f64>) -> Option<i64> {
    number.filter(|number| number.fract() == 0.0 && number.abs() < 9e15).map(|number| number as i64)
}

/// Returns true if the text has one @, a local part before it, a name with a dot after it, and no spaces or control characters. Whether mail
/// arrives there is not checked.
fn looks_like_an_address(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local.split('.').all(|atom| !atom.is_empty())
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    local_ok && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests;
