//! What each event becomes: to whom a mail goes, what it says, and whether it is to be sent at all.

pub(crate) mod order_placed;

mod activation_asked;
mod back_in_stock;
mod email_changed;
mod email_reset_asked;
mod password_changed;
mod password_reset_asked;
mod signed_in_from_new_place;

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::mail::Mail;
use shared::outbox::{Event, EventKind};
use shared::users::links::{self, Purpose};
use shared::users::store::addressees::Addressee;

use crate::Notifications;

/// What an event becomes.
pub(crate) enum Draft {
    /// A mail.
    Ready(Ready),
    /// Nothing, and that is as it should be; why.
    Nobody(&'static str),
    /// Nothing, though there should be a mail; why.
    Lost(&'static str),
}

/// A mail that may be sent by whoever claims it.
pub(crate) struct Ready {
    /// The mail.
    pub mail: Mail,
    /// The link in it: to be remembered before it goes.
    pub link: Option<NewLink>,
    /// The order that it tells of, for the log.
    pub order_number: Option<i64>,
    /// The account that it tells of, for the log.
    pub user_id: Option<UserId>,
}

/// A link that nobody knows yet. Made here and not where it was asked for, so that neither outbox nor queue holds one.
pub(crate) struct NewLink {
    /// Whose account it opens.
    pub user: UserId,
    /// What it is good for.
    pub purpose: Purpose,
    /// What makes it theirs.
    pub token: String,
}

impl NewLink {
    /// One for this account.
    fn new(user: UserId, purpose: Purpose, notifications: &Notifications) -> Self {
        let mut random = [0; 16];
        notifications.rng.fill_random(&mut random);
        Self { user, purpose, token: links::token(random, notifications.clock.now()) }
    }
}

/// What is to become of this, as things are now.
pub(crate) async fn draft(tx: &mut Tx, notifications: &Notifications, event: &Event) -> sqlx::Result<Draft> {
    let shop = &notifications.shop;
    match &event.kind {
        EventKind::OrderPlaced { order_id } => order_placed::draft(tx, shop, *order_id).await,
        EventKind::ActivationAsked { email } => activation_asked::draft(tx, notifications, email).await,
        EventKind::PasswordResetAsked { email } => password_reset_asked::draft(tx, notifications, email).await,
        EventKind::EmailResetAsked { email } => email_reset_asked::draft(tx, notifications, email).await,
        EventKind::EmailChanged { user_id, email } => email_changed::draft(tx, shop, *user_id, email).await,
        EventKind::PasswordChanged { user_id } => password_changed::draft(tx, shop, *user_id).await,
        EventKind::SignedInFromNewPlace { sign_in_id } => signed_in_from_new_place::draft(tx, shop, *sign_in_id).await,
        EventKind::BackInStock { notice_id } => {
            back_in_stock::draft(tx, notifications, (event.event_id, *notice_id)).await
        }
    }
}

impl Draft {
    /// A mail of this account.
    fn of(user: UserId, mail: Mail) -> Self {
        Self::Ready(Ready { mail, link: None, order_number: None, user_id: Some(user) })
    }

    /// A mail to this account with a new link in it.
    fn with_link(
        purpose: Purpose,
        notifications: &Notifications,
        addressee: Option<Addressee>,
        write: impl FnOnce(&Addressee, String) -> Mail,
    ) -> Self {
        let Some(addressee) = addressee else { return Self::Nobody("no account that may have one has this address") };
        let link = NewLink::new(addressee.id, purpose, notifications);
        let mail = write(&addressee, notifications.shop.url_of(&link));
        Self::Ready(Ready { mail, link: Some(link), order_number: None, user_id: Some(addressee.id) })
    }
}

/// How long a link is good, as a mail says it.
const GOOD_FOR: &str = "The link is good for three days and works once.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_says_how_long_its_link_is_good() {
        assert!(GOOD_FOR.contains("three days"));
        assert_eq!(links::LIFETIME_SECONDS, 3 * 24 * 60 * 60);
    }
}
