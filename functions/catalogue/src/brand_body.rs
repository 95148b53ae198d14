//! What staff hear of a brand that cannot be as they say.

use shared::catalogue::store::write::BrandRefused;
use shared::http::ApiError;

/// The answer where the database refuses it.
pub(crate) fn refused(refused: BrandRefused) -> ApiError {
    match refused {
        BrandRefused::NameTaken => ApiError::field("name", "brand with this name already exists."),
        BrandRefused::SlugTaken => ApiError::field("slug", "brand with this slug already exists."),
        BrandRefused::NotEmpty => {
            ApiError::conflict("brand_not_empty", "It has products; give them another brand first.")
        }
    }
}
