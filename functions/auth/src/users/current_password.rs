//! Checks the current password in a body that also has other fields, so that clients get the errors of all fields at once.

use shared::app::App;
use shared::http::{ApiError, Fields};
use shared::users::ClientInfo;
use shared::users::store::Account;

use crate::password_check::check_password;

/// Checks `current_password` after the body was read, also if other fields are invalid. Returns true if it is correct; an error of it is added
/// to those of the other fields. Fails with 429 after too many wrong passwords.
pub(super) async fn check(
    app: &App,
    account: &Account,
    fields: &mut Fields,
    client_info: &ClientInfo,
) -> Result<bool, ApiError> {
    let Some(password) = fields.valid_text("current_password") else { return Ok(false) };
    match check_password(app, account, password, client_info).await {
        Ok(()) => Ok(true),
        Err(ApiError::Invalid(wrong)) => {
            fields.append(wrong);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
