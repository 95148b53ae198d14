//! What staff say of an attribute and its values, and what they hear where it cannot be so.

use shared::catalogue::store::write::AttributeRefused;
use shared::http::{ApiError, Fields};

/// How long a name or a value may be, in characters: as in a file, and as where a variant names it.
const MAX_TEXT: usize = 255;

/// An attribute's name, or a value.
pub(crate) fn text(fields: &mut Fields, field: &str) -> Option<String> {
    fields.text(field, MAX_TEXT)
}

/// A place among its siblings, if one was sent.
pub(crate) fn position(fields: &mut Fields) -> Option<Option<i32>> {
    fields.filter("position", |fields, field| fields.small_integer(field, 0..=1_000_000))
}

/// The answer where the database refuses it. `value_field` is where the value stands in the body.
pub(crate) fn refused(refused: AttributeRefused, value_field: &'static str) -> ApiError {
    match refused {
        AttributeRefused::NameTaken => ApiError::field("name", "attribute with this name already exists."),
        AttributeRefused::ValueTaken => ApiError::field(value_field, "This attribute has this value already."),
        AttributeRefused::InUse => {
            ApiError::conflict("attribute_in_use", "Variants have it, archived ones included; give them others first.")
        }
    }
}
