//! The password, asked for again of somebody who is signed in: a stolen token alone changes neither
//! password nor address.

use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, RetryAfter};
use shared::throttles::{self, Limit, Subject};
use shared::users::store::{self, Account};
use shared::users::{ClientInfo, passwords};

/// Fails with 400 about `current_password` where it is another one, and with 429 where that happened too often.
pub(crate) async fn check_password(
    app: &App,
    account: &Account,
    current_password: String,
    client_info: &ClientInfo,
) -> Result<(), ApiError> {
    let subject = Subject::user(account.id);
    let mut tx = app.db.begin().await?;
    if let Some(wait) = throttles::store::count(&mut tx, Limit::PasswordCheck, &subject, app.clock.now()).await? {
        return Err(ApiError::Throttled(RetryAfter(wait)));
    }
    let kept = store::password_hash(&mut tx, account.id).await?;
    tx.commit().await?;
    let fits = passwords::verify(current_password, kept).await?;
    let mut tx = app.db.begin().await?;
    if fits {
        throttles::store::forget(&mut tx, Limit::PasswordCheck, &subject).await?;
    } else {
        let entry = AuditRecord::by_owner(Kind::PasswordCheckFailed, account.id);
        audit::store::record(&mut tx, entry, client_info, app.clock.now()).await?;
    }
    tx.commit().await?;
    if fits { Ok(()) } else { Err(ApiError::field("current_password", "Invalid password.")) }
}
