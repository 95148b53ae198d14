//! Limits on how often mails may be requested.

use shared::app::App;
use shared::http::ApiError;
use shared::ids::UserId;
use shared::throttles::{Limit, Subject, count_or_refuse};
use shared::users::ClientInfo;

/// Returns the limits of a change of email address: mails go to both addresses, and the new one may belong to someone else.
pub(super) fn for_email_change(user: UserId, new: &str, client_info: &ClientInfo) -> [(Limit, Subject); 3] {
    [
        (Limit::MailFrom, Subject::client(client_info)),
        (Limit::MailTo, Subject::user(user)),
        (Limit::MailTo, Subject::mail("email_changed", new)),
    ]
}

/// Counts one attempt under each of these limits before it is made. If one of them is exceeded, fails with 429 and counts nothing.
pub(super) async fn count(app: &App, attempts: &[(Limit, Subject)]) -> Result<(), ApiError> {
    let mut tx = app.db.begin().await?;
    for (limit, subject) in attempts {
        count_or_refuse(&mut tx, *limit, subject, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}
