//! Lists of plain values: ids, names.

use serde_json::{Map, Value};

use super::{Fields, type_name};

impl Fields {
    /// A list of 0 to `max` values, each read like a field: what is wrong with the first one is under `roles.0`.
    pub fn values<T>(&mut self, name: &str, max: usize, read: impl Fn(&mut Self, &str) -> Option<T>) -> Option<Vec<T>> {
        let value = self.required(name)?;
        let Value::Array(items) = value else {
            self.error(name, format!("Expected a list of items but got type \"{}\".", type_name(&value)));
            return None;
        };
        if items.len() > max {
            self.error(name, format!("Ensure this field has no more than {max} elements."));
            return None;
        }
        let values: Map<String, Value> =
            items.into_iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect();
        let count = values.len();
        let mut fields =
            Self { values, errors: std::mem::take(&mut self.errors), prefix: format!("{}{name}.", self.prefix) };
        // Every item is read, so that every error is found.
        let read: Vec<Option<T>> = (0..count).map(|at| read(&mut fields, &at.to_string())).collect();
        self.errors = fields.errors;
        read.into_iter().collect()
    }
}
