//! Says in words for people why the database refuses a product of a file.

use crate::app::db::is_violation;
use crate::catalogue::store::write::ProductConstraint;

/// Returns the reason, and logs the error of the database, which nobody else sees.
pub(super) fn explain_refusal(handle: Option<&str>, error: sqlx::Error) -> String {
    tracing::warn!(handle, %error, "the database refused a product of a file");
    let reason = match ProductConstraint::of(&error) {
        Some(ProductConstraint::SlugTaken) => {
            "another product got its name in URLs while the file was imported; import the file again"
        }
        Some(ProductConstraint::SkuTaken) => "another product has the product's SKU",
        Some(ProductConstraint::NoSuchBrand) => {
            "its brand was deleted while the file was imported; import the file again"
        }
        Some(ProductConstraint::NoSuchCategory) => {
            "its category was deleted while the file was imported; import the file again"
        }
        Some(ProductConstraint::EndsBeforeItBegins) => {
            "the time at which it ends is not after the time at which it begins"
        }
        Some(ProductConstraint::VariantSkuTaken) => "one of its SKUs belongs to another variant; write another one",
        Some(ProductConstraint::SameValues) => {
            "two of its variants have the same options; give one of them another value"
        }
        Some(ProductConstraint::NegativePrice) => {
            "the price of one of its variants would be negative; write a higher one"
        }
        Some(ProductConstraint::NoSuchValue) => {
            "one of its option values was deleted while the file was imported; import the file again"
        }
        Some(ProductConstraint::TooManyWords) => "it has more words than the search can store; shorten its description",
        None if is_violation(&error, "category_not_too_deep") => {
            "its category would be nested too deeply; write a shorter path"
        }
        None => "it breaks a rule of the shop that has no name here; the log has the details",
    };
    reason.to_owned()
}
