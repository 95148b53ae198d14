//! Asks signed-in users for their password again, so that a stolen token alone cannot change the password or the email address.

use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::ApiError;
use shared::throttles::{self, Limit, Subject};
use shared::users::store::{self, Account};
use shared::users::{ClientInfo, passwords};

/// Fails with 400 for `current_password` if the password is wrong, and with 429 after too many wrong passwords.
pub(crate) async fn check_password(
    app: &App,
    account: &Account,
    current_password: String,
    client_info: &ClientInfo,
) -> Result<(), ApiError> {
    let subject = Subject::user(account.id);
    let mut tx = app.db.begin().await?;
    throttles::count_or_refuse(&mut tx, Limit::PasswordCheck, &subject, app.clock.now()).await?;
    let stored = store::password_hash(&mut tx, account.id).await?;
    tx.commit().await?;
    let is_correct = passwords::verify(current_password, stored).await?;
    let mut tx = app.db.begin().await?;
    if is_correct {
        throttles::store::reset(&mut tx, Limit::PasswordCheck, &subject).await?;
    } else {
        let entry = AuditRecord::by_owner(Kind::PasswordCheckFailed, account.id);
        audit::store::record(&mut tx, entry, client_info, app.clock.now()).await?;
    }
    tx.commit().await?;
    if is_correct { Ok(()) } else { Err(ApiError::field("current_password", "Invalid password.")) }
}
