//! Rules about products that constraints of the database enforce.

use crate::app::db::is_violation;

/// A rule of the database that an edit of a product breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductConstraint {
    /// Another product has the slug.
    SlugTaken,
    /// Another product has the SKU.
    SkuTaken,
    /// The brand does not exist.
    NoSuchBrand,
    /// One of the categories does not exist.
    NoSuchCategory,
    /// `unpublish_at` is not after `publish_at`.
    EndsBeforeItBegins,
    /// Another variant has the SKU.
    VariantSkuTaken,
    /// Two variants have the same values.
    SameValues,
    /// The price of a variant is negative.
    NegativePrice,
    /// One of the values no longer exists.
    NoSuchValue,
    /// The product has more words than search can store.
    TooManyWords,
}

impl ProductConstraint {
    /// Returns the rule that this error reports; `None` if it is about something else.
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        if has_too_many_words(error) {
            return Some(Self::TooManyWords);
        }
        [
            ("product_slug_unique", Self::SlugTaken),
            ("product_sku_unique", Self::SkuTaken),
            ("products_brand_id_fkey", Self::NoSuchBrand),
            ("product_categories_category_id_fkey", Self::NoSuchCategory),
            ("product_is_published_before_it_ends", Self::EndsBeforeItBegins),
            ("variant_sku_unique", Self::VariantSkuTaken),
            ("variant_combination_unique", Self::SameValues),
            ("variant_price_not_negative", Self::NegativePrice),
            ("variant_value_belongs_to_its_attribute", Self::NoSuchValue),
        ]
        .into_iter()
        .find_map(|(name, constraint)| is_violation(error, name).then_some(constraint))
    }
}

/// Returns true if a product has too many words. A product, or a name that it is found by, causes `program_limit_exceeded` only by its
/// search document.
pub(super) fn has_too_many_words(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("54000")
}

/// Separates a broken rule about products from other errors of the database. After a broken rule the transaction can only be rolled back.
pub fn map_constraint_error<T>(done: sqlx::Result<T>) -> sqlx::Result<Result<T, ProductConstraint>> {
    or_refused(done, ProductConstraint::of)
}

/// Separates the errors for which `reason` returns a reason from the others.
pub(super) fn or_refused<T, R>(
    done: sqlx::Result<T>,
    reason: impl FnOnce(&sqlx::Error) -> Option<R>,
) -> sqlx::Result<Result<T, R>> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(error) => reason(&error).map(Err).ok_or(error),
    }
}
