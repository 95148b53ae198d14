//! How often mail may be asked for.

use shared::app::App;
use shared::http::{ApiError, RetryAfter};
use shared::ids::UserId;
use shared::throttles::{Limit, Subject, store};
use shared::users::ClientInfo;

/// What another address is counted by: both addresses hear of it, and the new one need not be the account's own.
pub(super) fn of_another_address(user: UserId, new: &str, client_info: &ClientInfo) -> [(Limit, Subject); 3] {
    [
        (Limit::MailFrom, Subject::client_info(client_info)),
        (Limit::MailTo, Subject::user(user)),
        (Limit::MailTo, Subject::mail("email_changed", new)),
    ]
}

/// Counts one try by each of these, before it is made. 429 where one of them says to wait, and then none has counted it.
pub(super) async fn count(app: &App, tries: &[(Limit, Subject)]) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    for (limit, subject) in tries {
        if let Some(wait) = store::count(&mut tx, *limit, subject, app.clock.now()).await? {
            return Err(ApiError::Throttled(RetryAfter(wait)));
        }
    }
    tx.commit().await?;
    Ok(())
}
