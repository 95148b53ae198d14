//! What a shop may want typed twice: the second time is `re_` and the name of the first.

use shared::fields::MAX_EMAIL;
use shared::http::{ApiError, Fields};
use shared::users::passwords;

/// What was typed, and what was typed again where that is wanted.
pub(super) struct Typed {
    pub(super) once: String,
    /// The same as `once`, where it is not typed again.
    again: String,
}

impl Typed {
    /// A new password.
    pub(super) fn password(fields: &mut Fields, name: &str, is_twice: bool) -> Option<Self> {
        let once = fields.secret(name, passwords::MAX);
        let again = if is_twice { fields.secret(&format!("re_{name}"), passwords::MAX_COMPARED) } else { once.clone() };
        Some(Self { once: once?, again: again? })
    }

    /// A new address.
    pub(super) fn email(fields: &mut Fields, name: &str, is_twice: bool) -> Option<Self> {
        let once = fields.email(name);
        let again = if is_twice { fields.text(&format!("re_{name}"), MAX_EMAIL) } else { once.clone() };
        Some(Self { once: once?, again: again? })
    }

    /// What was typed, if it was the same both times. `what` is what clients know it as.
    pub(super) fn agreed(self, what: &str) -> Result<String, ApiError> {
        if self.again == self.once {
            return Ok(self.once);
        }
        Err(ApiError::field("non_field_errors", format!("The two {what} fields didn't match.")))
    }
}
