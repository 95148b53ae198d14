//! Responses to a change of a brand that the database refuses.

use shared::catalogue::store::write::BrandRefused;
use shared::http::ApiError;

/// Message about the name of a brand or a category that makes the searched texts of one of its products too long.
pub(crate) const TOO_MANY_WORDS: &str =
    "With this name, the texts of a product are too long to be searched. Send a shorter name.";

/// Returns the response to a change that the database refuses.
pub(crate) fn refused(refused: BrandRefused) -> ApiError {
    match refused {
        BrandRefused::NameTaken => ApiError::field("name", "brand with this name already exists."),
        BrandRefused::TooManyWords => ApiError::field("name", TOO_MANY_WORDS),
        BrandRefused::SlugTaken => ApiError::field("slug", "brand with this slug already exists."),
        BrandRefused::NotEmpty => {
            ApiError::conflict("brand_not_empty", "The brand has products. Give them another brand first.")
        }
    }
}
