//! Reads a body or a query field by field and collects the errors of *all* fields, with the texts that clients of Django REST framework know.
//! serde would stop at the first error, and its texts are for programmers.

mod errors;
mod presence;
mod scalars;
pub mod schema;
mod values;

use serde_json::{Map, Value};
pub use shared_macros::Request;

use crate::mail::address;

pub use errors::FieldErrors;
pub use scalars::MAX_PHONE;
pub use values::FromField;

/// Maximum number of characters of an email address.
pub const MAX_EMAIL: usize = 254;

/// A body or a query. Derived by [`Request`].
pub trait FromFields: Sized {
    /// Reads every field, so that every error is found. Returns `None` only if an error was added.
    fn read(fields: &mut Fields) -> Option<Self>;
}

/// Marks that a field is invalid and that its error was added to the [`Fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidField;

/// Passes the fields on unread: for bodies with options, and for handlers that decide something before they read the body.
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

    /// Returns the text of a field that was read without an error. With it, a handler can check one field although others are invalid.
    pub fn valid_text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            _ if !self.errors.of(name).is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Adds an error of a field.
    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        self.errors.add(format!("{}{name}", self.prefix), message);
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
        if address::to_ascii(&email).is_some() {
            return Some(email);
        }
        self.error(name, "Enter a valid email address.");
        None
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

#[cfg(test)]
mod tests;
