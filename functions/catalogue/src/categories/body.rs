//! What staff say of a category, and what they hear where it cannot be so.

use shared::catalogue::limits::MAX_LABEL_NAME;
use shared::catalogue::store::write::CategoryRefused;
use shared::catalogue::{MAX_SLUG, is_slug};
use shared::http::{ApiError, Fields};
use shared::ids::CategoryId;

use crate::brands::errors::TOO_MANY_WORDS;

/// A name.
pub(crate) fn name(fields: &mut Fields) -> Option<String> {
    fields.text("name", MAX_LABEL_NAME)
}

/// A slug, if one was sent; a blank one counts as none.
pub(crate) fn slug(fields: &mut Fields) -> Option<Option<String>> {
    fields.filter("slug", |fields, field| {
        let slug = fields.text(field, MAX_SLUG)?;
        if !is_slug(&slug) {
            fields.error(
                field,
                "Enter a valid \"slug\": small letters, numbers and single hyphens, and not a number alone.",
            );
            return None;
        }
        Some(slug)
    })
}

/// A parent, if one was sent; null is the top.
pub(crate) fn parent(fields: &mut Fields) -> Option<Option<CategoryId>> {
    fields.filter("parent_id", |fields, field| fields.id(field).map(CategoryId))
}

/// A place among its siblings, if one was sent.
pub(crate) fn position(fields: &mut Fields) -> Option<Option<i32>> {
    fields.filter("position", |fields, field| fields.small_integer(field, 0..=1_000_000))
}

/// The answer where the database refuses it.
pub(crate) fn refused(refused: CategoryRefused, parent: Option<CategoryId>) -> ApiError {
    match refused {
        CategoryRefused::NameTaken => ApiError::field("name", "A category beside it has this name already."),
        CategoryRefused::TooManyWords => ApiError::field("name", TOO_MANY_WORDS),
        CategoryRefused::SlugTaken => ApiError::field("slug", "category with this slug already exists."),
        CategoryRefused::NoSuchParent => {
            let parent = parent.map(|parent| parent.to_string()).unwrap_or_default();
            ApiError::field("parent_id", format!("Invalid pk \"{parent}\" - object does not exist."))
        }
        CategoryRefused::BelowItself => ApiError::field("parent_id", "A category cannot be below itself."),
        CategoryRefused::TooDeep => ApiError::field("parent_id", "A category lies at most 32 deep."),
        CategoryRefused::NotEmpty => {
            ApiError::conflict("category_not_empty", "It has categories or products; move them elsewhere first.")
        }
    }
}
