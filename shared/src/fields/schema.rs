//! The limits of fields in the OpenAPI document. `#[derive(Request)]` gives the same expressions to the reader and to the document, so that the
//! two cannot differ.

use serde::Serialize;
use serde_json::Value;
use utoipa::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{AdditionalProperties, AllOfBuilder, ArrayItems, Object, Schema};

/// A limit of a field, or its default.
#[derive(Clone, Debug)]
pub enum Limit {
    /// Number of characters of a text.
    Characters {
        /// Minimum number, inclusive.
        min: usize,
        /// Maximum number, inclusive.
        max: usize,
    },
    /// Bounds of a whole number.
    Number {
        /// Smallest number allowed.
        min: Option<i64>,
        /// Largest number allowed.
        max: Option<i64>,
    },
    /// Number of items of a list.
    Items {
        /// Minimum number, inclusive.
        min: usize,
        /// Maximum number, inclusive.
        max: usize,
        /// Maximum number of characters of each item, if the items are texts.
        each: Option<usize>,
    },
    /// Value of a field that is left out.
    Default(Value),
}

impl Limit {
    /// Makes a default from a value that is written as JSON.
    pub fn default_value(value: impl Serialize) -> Self {
        Self::Default(serde_json::to_value(value).unwrap_or_default())
    }

    /// Converts a bound to the type that the document needs.
    pub fn bound(bound: impl TryInto<i64>) -> i64 {
        bound.try_into().unwrap_or(i64::MAX)
    }

    fn apply(&self, schema: &mut RefOr<Schema>) {
        match (self, schema) {
            (Self::Characters { min, max }, RefOr::T(Schema::Object(text))) => limit_text(text, *min, *max),
            (Self::Number { min, max }, RefOr::T(Schema::Object(number))) => {
                number.minimum = min.and_then(number_of);
                number.maximum = max.and_then(number_of);
            }
            (Self::Items { min, max, each }, RefOr::T(Schema::Array(list))) => {
                list.min_items = (*min > 0).then_some(*min);
                list.max_items = Some(*max);
                if let (Some(each), ArrayItems::RefOrSchema(item)) = (each, &mut list.items) {
                    Self::Characters { min: 1, max: *each }.apply(item);
                }
            }
            (Self::Default(value), RefOr::T(Schema::Object(object))) => object.default = Some(value.clone()),
            (Self::Default(value), RefOr::T(Schema::Array(list))) => list.default = Some(value.clone()),
            (Self::Default(value), schema @ RefOr::Ref(_)) => {
                *schema = AllOfBuilder::new().item(schema.clone()).default(Some(value.clone())).into();
            }
            // A type with its own schema has its limits there.
            _ => {}
        }
    }
}

fn limit_text(text: &mut Object, min: usize, max: usize) {
    text.min_length = text.min_length.or((min > 0).then_some(min));
    text.max_length = (max < usize::MAX).then_some(max);
}

fn number_of(bound: i64) -> Option<Number> {
    isize::try_from(bound).ok().map(Number::Int)
}

/// Writes the limits of a body into its schema.
pub fn limit_properties(mut schema: RefOr<Schema>, limits: &[(&str, Limit)], accepts_unknown: bool) -> RefOr<Schema> {
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.additional_properties = (!accepts_unknown).then(|| Box::new(AdditionalProperties::FreeForm(false)));
        for (name, limit) in limits {
            if let Some(property) = object.properties.get_mut(*name) {
                limit.apply(property);
            }
        }
    }
    schema
}

/// Writes the limits of a query into its parameters.
pub fn limit_parameters(mut parameters: Vec<Parameter>, limits: &[(&str, Limit)]) -> Vec<Parameter> {
    for (name, limit) in limits {
        for parameter in parameters.iter_mut().filter(|parameter| parameter.name == *name) {
            if let Some(schema) = &mut parameter.schema {
                limit.apply(schema);
            }
        }
    }
    parameters
}
