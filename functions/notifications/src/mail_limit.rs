//! The limit on mails to addresses that nobody has proven to read. Without it, an account or a subscription with the address of a stranger
//! could fill the stranger's mailbox.

use shared::app::db::Tx;
use shared::outbox::EventKind;
use shared::throttles::{Limit, Subject, store};
use shared::time::Timestamp;
use shared::users::store::proven;

use crate::mails::Ready;

/// Reason that the mail log has for a mail over the limit.
pub(crate) const REASON: &str = "its address is not proven and has had too many mails of this kind in this hour";

/// Counts a mail before its first attempt; returns true if its address has had too many mails of this kind in this hour.
pub(crate) async fn is_exceeded(tx: &mut Tx, kind: &EventKind, ready: &Ready, now: Timestamp) -> sqlx::Result<bool> {
    // The owner of the address has confirmed the subscription by a link.
    if matches!(kind, EventKind::BackInStock { .. }) {
        return Ok(false);
    }
    let to = &ready.mail.to;
    if let Some(user) = ready.user_id
        && proven::is_proven(tx, user, to).await?
    {
        return Ok(false);
    }
    // Each kind has its own count. A stranger can cause mails to the address of another person, by a request or from an account that has the address
    // for a while, and would use up a count that several kinds share.
    let subject = Subject::mail(kind.as_str(), to);
    let wait = store::count(tx, Limit::MailToUnproven, &subject, now).await?;
    Ok(wait.is_some())
}
