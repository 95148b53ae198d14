//! Reads slugs of products, brands and categories, and builds the responses to a category that the database refuses.

use shared::catalogue::store::write::CategoryRefused;
use shared::catalogue::{MAX_SLUG, is_slug};
use shared::http::{ApiError, Fields};
use shared::ids::CategoryId;

use crate::brands::errors::TOO_MANY_WORDS;

/// Reads a slug from a field.
pub(crate) fn slug(fields: &mut Fields, field: &str) -> Option<String> {
    let slug = fields.text(field, MAX_SLUG)?;
    if !is_slug(&slug) {
        fields.error(
            field,
            "Enter a valid \"slug\" of lower-case letters, digits and single hyphens that is not a number.",
        );
        return None;
    }
    Some(slug)
}

/// Returns the response to a change that the database refuses.
pub(crate) fn refused(refused: CategoryRefused, parent: Option<CategoryId>) -> ApiError {
    match refused {
        CategoryRefused::NameTaken => ApiError::field("name", "A category with the same parent already has this name."),
        CategoryRefused::TooManyWords => ApiError::field("name", TOO_MANY_WORDS),
        CategoryRefused::SlugTaken => ApiError::field("slug", "category with this slug already exists."),
        CategoryRefused::NoSuchParent => {
            let parent = parent.map(|parent| parent.to_string()).unwrap_or_default();
            ApiError::field("parent_id", format!("Invalid pk \"{parent}\" - object does not exist."))
        }
        CategoryRefused::BelowItself => {
            ApiError::field("parent_id", "A category cannot be moved below itself. Send another parent.")
        }
        CategoryRefused::TooDeep => {
            ApiError::field("parent_id", "The tree has at most 32 levels. Send a parent that is higher up.")
        }
        CategoryRefused::NotEmpty => ApiError::conflict(
            "category_not_empty",
            "The category has products or other categories. Move them to another category first.",
        ),
    }
}
