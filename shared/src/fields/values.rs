//! Readers of lists, and types that read themselves from a field.

use std::ops::RangeInclusive;

use uuid::Uuid;

use super::{Fields, Input, InputObject, type_name};
use crate::money::Money;
use crate::time::Timestamp;

/// A type that a field can have without further rules.
pub trait FromField: Sized {
    /// Reads a required field. Returns `None` only if an error was added.
    fn read(fields: &mut Fields, name: &str) -> Option<Self>;
}

impl FromField for bool {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.boolean(name)
    }
}

impl FromField for Uuid {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.uuid(name)
    }
}

/// Reads the field as a price.
impl FromField for Money {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.price(name)
    }
}

impl FromField for Timestamp {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.timestamp(name)
    }
}

impl Fields {
    /// Reads a list, each item like a field: the errors of the first item are under `roles.0`.
    pub fn values<T>(
        &mut self,
        name: &str,
        count: RangeInclusive<usize>,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.required(name)?;
        let Input::List(items) = value else {
            self.error(name, format!("Expected a list of items but got type \"{}\".", type_name(&value)));
            return None;
        };
        let (min, max) = count.into_inner();
        if items.len() > max {
            self.error(name, format!("Ensure this field has no more than {max} elements."));
            return None;
        }
        if items.len() < min {
            self.error(name, "This list may not be empty.");
            return None;
        }
        let count = items.len();
        let values: InputObject = items.into_iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect();
        // Every item is read, so that every error is found.
        self.inside(name, values, |fields| {
            let read: Vec<Option<T>> = (0..count).map(|at| read(fields, &at.to_string())).collect();
            read.into_iter().collect()
        })
    }
}
