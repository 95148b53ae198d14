//! The current password, in a body beside what is to change. Clients hear of it and of the other fields at once.

use shared::app::App;
use shared::http::{ApiError, Fields};
use shared::users::store::Account;
use shared::users::{ClientInfo, passwords};

use crate::password_check::check_password;

/// Whether `current_password` is there and is right; what is wrong with it is noted among the fields' errors. 429 where it was
/// wrong too often.
pub(super) async fn judge(
    app: &App,
    account: &Account,
    fields: &mut Fields,
    client_info: &ClientInfo,
) -> Result<bool, ApiError> {
    let Some(password) = fields.secret("current_password", passwords::MAX_COMPARED) else { return Ok(false) };
    match check_password(app, account, password, client_info).await {
        Ok(()) => Ok(true),
        Err(ApiError::Invalid(wrong)) => {
            fields.append(wrong);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
