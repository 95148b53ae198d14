//! Values that a shop may ask for twice. The confirmation has the name of the first field with `re_` in front.

use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Fields};
use shared::users::passwords;

/// A value and its confirmation.
pub(super) struct Typed {
    pub(super) value: String,
    /// Second value; equals `value` if the shop does not ask for a confirmation.
    confirmation: String,
}

impl Typed {
    /// Reads a new password and its confirmation.
    pub(super) fn password(fields: &mut Fields, name: &str, with_confirmation: bool) -> Option<Self> {
        let value = fields.secret(name, passwords::MAX);
        let confirmation = if with_confirmation {
            fields.secret(&format!("re_{name}"), passwords::MAX_COMPARED)
        } else {
            value.clone()
        };
        Some(Self { value: value?, confirmation: confirmation? })
    }

    /// Reads a new email address and its confirmation.
    pub(super) fn email(fields: &mut Fields, name: &str, with_confirmation: bool) -> Option<Self> {
        let value = fields.email(name);
        let confirmation =
            if with_confirmation { fields.text(&format!("re_{name}"), MAX_EMAIL) } else { value.clone() };
        Some(Self { value: value?, confirmation: confirmation? })
    }

    /// Returns the value if both are equal; `what` names it in the error text.
    pub(super) fn confirmed(self, what: &str) -> Result<String, ApiError> {
        if self.confirmation == self.value {
            return Ok(self.value);
        }
        Err(ApiError::field("non_field_errors", format!("The two {what} fields didn't match.")))
    }
}
