//! What staff hear of a brand that cannot be as they say.

use shared::catalogue::store::write::BrandRefused;
use shared::http::ApiError;

/// What is said where a name is too much for a product that has it.
pub(crate) const TOO_MANY_WORDS: &str =
    "Together with what one of its products says this is more than search can keep.";

/// The answer where the database refuses it.
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
