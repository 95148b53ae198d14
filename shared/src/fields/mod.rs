//! Reads a body or a query field by field and collects the errors of *all* fields, with the texts that clients of Django REST framework know.
//! serde would stop at the first error, and its texts are for programmers.

mod errors;
mod input;
mod presence;
mod scalars;
pub mod schema;
mod unknown;
mod values;

pub use shared_macros::Request;

use crate::mail::address;
use crate::money::Currency;

pub use errors::FieldErrors;
pub use input::{Input, InputObject};
pub use scalars::MAX_PHONE;
pub use unknown::{ReadOnly, ReadOnlyFields, ReadOnlyName};
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
        let read = Fields::new(InputObject::new(), fields.currency);
        Some(std::mem::replace(fields, read))
    }
}

/// The fields of an object, and the errors found in them.
#[derive(Debug)]
pub struct Fields {
    values: InputObject,
    /// Currency of the amounts in the fields.
    currency: Currency,
    errors: FieldErrors,
    read_only: ReadOnlyFields,
    /// Number of unknown fields that have an error.
    unknown: usize,
    /// Path of this object in the body: empty, or for example `items.0.`.
    prefix: String,
}

impl Fields {
    /// Makes fields of an object, in which amounts are in this currency.
    pub fn new(values: InputObject, currency: Currency) -> Self {
        Self {
            values,
            currency,
            errors: FieldErrors::default(),
            read_only: ReadOnlyFields::default(),
            unknown: 0,
            prefix: String::new(),
        }
    }

    /// Returns all values as JSON with the names in order: equal for two bodies that say the same.
    pub fn canonical(&self) -> String {
        Input::Object(self.values.clone()).to_string()
    }

    /// Sets a field that is in the path of the request, whatever the body has.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), Input::Text(value.to_owned()));
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
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, FieldErrors> {
        std::mem::take(&mut self.read_only).refuse(&mut self.errors);
        self.finish_change(value).map(|(value, _)| value)
    }

    /// Does the same for a change, and also returns the read-only fields, which the caller has to check.
    pub fn finish_change<T>(self, value: Option<T>) -> Result<(T, ReadOnlyFields), FieldErrors> {
        match value {
            Some(value) if self.errors.is_empty() => Ok((value, self.read_only)),
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
            Input::Text(text) | Input::Number(text) => Some(text.clone()),
            Input::Null | Input::Bool(_) | Input::List(_) | Input::Object(_) => None,
        }
    }

    /// Adds an error of a field.
    pub fn error(&mut self, name: &str, message: impl Into<String>) {
        self.errors.add(format!("{}{name}", self.prefix), message);
    }

    /// Returns true if the field is there and is not null.
    pub fn is_given(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| *value != Input::Null)
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
            Some(Input::Object(values)) => values,
            Some(other) => {
                self.error(name, not_an_object(&other));
                return None;
            }
            None => {
                self.error(name, "This field is required.");
                return None;
            }
        };
        self.inside(name, values, T::read)
    }

    /// Reads the values inside a field, whose errors have its name before theirs.
    fn inside<T>(&mut self, name: &str, values: InputObject, read: impl FnOnce(&mut Self) -> T) -> T {
        let prefix = format!("{}{name}.", self.prefix);
        let outer = std::mem::replace(&mut self.values, values);
        let outer_prefix = std::mem::replace(&mut self.prefix, prefix);
        let value = read(self);
        (self.values, self.prefix) = (outer, outer_prefix);
        value
    }

    fn required(&mut self, name: &str) -> Option<Input> {
        let message = match self.values.get(name) {
            None => "This field is required.",
            Some(Input::Null) => "This field may not be null.",
            Some(value) => return Some(value.clone()),
        };
        self.error(name, message);
        None
    }

    fn raw_text(&mut self, name: &str, max: usize) -> Option<String> {
        let text = match self.required(name)? {
            Input::Text(text) | Input::Number(text) => text,
            Input::Null | Input::Bool(_) | Input::List(_) | Input::Object(_) => {
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
pub(crate) fn not_an_object(value: &Input) -> String {
    format!("Invalid data. Expected a dictionary, but got {}.", type_name(value))
}

fn type_name(value: &Input) -> &'static str {
    match value {
        Input::Null => "null",
        Input::Bool(_) => "bool",
        Input::Number(number) if number.contains(['.', 'e', 'E']) => "float",
        Input::Number(_) => "int",
        Input::Text(_) => "str",
        Input::List(_) => "list",
        Input::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests;
