//! Responses to a change of an attribute or a value that the database refuses.

use shared::catalogue::store::write::AttributeRefused;
use shared::http::ApiError;

/// Returns the response to a change that the database refuses. `value_field` is the field of the body that has the value.
pub(crate) fn refused(refused: AttributeRefused, value_field: &'static str) -> ApiError {
    match refused {
        AttributeRefused::NameTaken => ApiError::field("name", "attribute with this name already exists."),
        AttributeRefused::ValueTaken => {
            ApiError::field(value_field, "The attribute has this value already. Send another one.")
        }
        AttributeRefused::InUse => ApiError::conflict(
            "attribute_in_use",
            "Variants have this value; they may be archived. Give them another value first.",
        ),
    }
}
