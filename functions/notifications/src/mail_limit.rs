//! The limit on mails to addresses that nobody has proven to read. Without it, an account or a subscription with the address of a stranger
//! could fill the stranger's mailbox.

use shared::app::db::Tx;
use shared::outbox::EventKind;
use shared::throttles::{Limit, Subject, store};
use shared::time::Timestamp;
use shared::users::store::proven;

use crate::mails::Ready;

/// Reason that the mail log has for a mail over the limit.
pub(crate) const REASON: &str = "its address is not proven and has had too many mails in this hour";

/// Counts a mail before its first attempt; returns true if its address has had too many mails in this hour.
pub(crate) async fn is_exceeded(tx: &mut Tx, kind: &EventKind, ready: &Ready, now: Timestamp) -> sqlx::Result<bool> {
    let Some(group) = group(kind) else { return Ok(false) };
    let to = &ready.mail.to;
    if let Some(user) = ready.user_id
        && proven::is_proven(tx, user, to).await?
    {
        return Ok(false);
    }
    let wait = store::count(tx, Limit::MailToUnproven, &Subject::mail(group, to), now).await?;
    Ok(wait.is_some())
}

/// Returns the group in which mails of this kind are counted; `None` for those that the reader has confirmed. What anyone can request has its own groups, so that strangers cannot keep a
/// customer from getting the mails about the customer's own orders and account.
fn group(kind: &EventKind) -> Option<&'static str> {
    match kind {
        EventKind::OrderPlaced { .. }
        | EventKind::EmailChanged { .. }
        | EventKind::PasswordChanged { .. }
        | EventKind::SignedInFromNewNetwork { .. } => Some("account"),
        EventKind::Registered { .. }
        | EventKind::ActivationRequested { .. }
        | EventKind::PasswordResetRequested { .. }
        | EventKind::EmailResetRequested { .. } => Some("link"),
        EventKind::BackInStockRequested { .. } => Some("back_in_stock_requested"),
        EventKind::BackInStock { .. } => None,
    }
}
