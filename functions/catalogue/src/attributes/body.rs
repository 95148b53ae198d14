//! The answers where the database refuses an attribute or a value.

use shared::catalogue::store::write::AttributeRefused;
use shared::http::ApiError;

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
