//! Responses to a change of a brand that the database refuses.

use shared::catalogue::store::write::BrandRefused;
use shared::http::ApiError;

/// Message about a name that makes the search text of one of the brand's products too long.
pub(crate) const TOO_MANY_WORDS: &str =
    "Together with what one of its products says this is more than search can keep.";

/// Returns the response to a change that the database refuses.
pub(crate) fn refused(refused: BrandRefused) -> ApiError {
    match refused {
        BrandRefused::NameTaken => ApiError::field("name", "brand with this name already exists."),
        BrandRefused::TooManyWords => ApiError::field("name", TOO_MANY_WORDS),
        BrandRefused::SlugTaken => ApiError::field("slug", "brand with this slug already exists."),
        BrandRefused::NotEmpty => {
            ApiError::conflict("brand_not_empty", "It has products; give them another brand first.")
        }
    }
}
