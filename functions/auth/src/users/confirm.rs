//! Values that a shop may ask for twice. The confirmation has the name of the first field with `re_` in front.

use shared::http::ApiError;

/// Fails with 400 if the confirmation differs from the value; `what` names the value in the error text. There is no confirmation if the shop
/// does not ask for one.
pub(super) fn check_confirmation(what: &str, value: &str, confirmation: Option<&str>) -> Result<(), ApiError> {
    if confirmation.is_none_or(|confirmation| confirmation == value) {
        return Ok(());
    }
    Err(ApiError::field("non_field_errors", format!("The two {what} fields didn't match.")))
}
