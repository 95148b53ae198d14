//! Errors of the fields of a request.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Errors of a body or a query by field: `{"quantity": ["A valid integer is required."]}`. The key of a field inside a list is its path with
/// indexes from 0, `items.1.quantity`; that of a line of a text is `line 3`. Errors that concern several fields are under
/// `non_field_errors`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"quantity": ["A valid integer is required."]}))]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// Makes one error of one field.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds an error of a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.entry(field.into()).or_default().push(message.into());
    }

    /// Adds all other errors.
    pub fn append(&mut self, others: Self) {
        for (field, messages) in others.0 {
            self.0.entry(field).or_default().extend(messages);
        }
    }

    /// Returns the errors of one field.
    pub fn of(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// Returns true if there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
