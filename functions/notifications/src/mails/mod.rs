//! The mail for each event: its recipient and text, and whether it is to be sent at all.

pub(crate) mod order_placed;

mod activation_requested;
mod back_in_stock;
mod back_in_stock_requested;
mod email_changed;
mod email_reset_requested;
mod password_changed;
mod password_reset_requested;
mod program;
mod registered;
mod signed_in_from_new_network;

use shared::app::db::Tx;
use shared::ids::{SubscriptionId, UserId};
use shared::locale::Texts;
use shared::mail::Mail;
use shared::outbox::{Event, EventKind};
use shared::stock::store::subscriptions::CONFIRMATION_SECONDS;
use shared::time::Timestamp;
use shared::users::links::{self, Purpose};
use shared::users::store::addressees::Addressee;
use shared::users::store::registrations::RegisteredAddress;

use crate::Notifications;
use crate::letter::Letter;

/// The mail for an event, if there is one.
pub(crate) enum Draft {
    /// This mail is to be sent.
    Ready(Ready),
    /// No mail is due, for this reason.
    NotDue(&'static str),
    /// A mail is due, but it cannot be written, for this reason.
    Impossible(&'static str),
}

/// A mail that is ready to be claimed and sent.
pub(crate) struct Ready {
    /// Content of the mail.
    pub mail: Mail,
    /// Link in the mail, which is stored before the mail is sent.
    pub link: Option<NewLink>,
    /// Number of the order that the mail is about, for the log.
    pub order_number: Option<i64>,
    /// Id of the account that the mail is about, for the log.
    pub user_id: Option<UserId>,
}

/// A new link. It is created here and not where it was requested, so that neither the outbox nor the queue holds its secret.
pub(crate) struct NewLink {
    /// The target of the link.
    pub target: LinkTarget,
    /// Secret token of the link.
    pub token: String,
    /// Time at which the link expires.
    pub expires_at: Timestamp,
}

/// The target of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkTarget {
    /// An account, and what the link does with it.
    Account(UserId, Purpose),
    /// A registration that becomes the account with this id, and its version.
    Registration(UserId, Timestamp),
    /// A back-in-stock subscription, which the link confirms.
    Subscription(SubscriptionId),
}

impl NewLink {
    /// Creates a link with this target.
    fn new(target: LinkTarget, notifications: &Notifications) -> Self {
        let mut random = [0; 16];
        notifications.rng.fill_random(&mut random);
        let now = notifications.clock.now();
        let reset_seconds = notifications.shop.reset_link_seconds;
        let seconds = match target {
            LinkTarget::Account(_, purpose) => purpose.lifetime_seconds(reset_seconds),
            LinkTarget::Registration(..) => Purpose::ActivateUser.lifetime_seconds(reset_seconds),
            LinkTarget::Subscription(_) => CONFIRMATION_SECONDS,
        };
        Self { target, token: links::token(random, now), expires_at: now.plus_seconds(seconds) }
    }
}

/// Drafts the mail for an event, with the data as it is now.
pub(crate) async fn draft(tx: &mut Tx, notifications: &Notifications, event: &Event) -> sqlx::Result<Draft> {
    let shop = &notifications.shop;
    match &event.kind {
        EventKind::OrderPlaced { order_id } => order_placed::draft(tx, shop, *order_id).await,
        EventKind::Registered { email } => registered::draft(tx, notifications, email).await,
        EventKind::ActivationRequested { email } => activation_requested::draft(tx, notifications, email).await,
        EventKind::PasswordResetRequested { email } => password_reset_requested::draft(tx, notifications, email).await,
        EventKind::EmailResetRequested { email } => email_reset_requested::draft(tx, notifications, email).await,
        EventKind::EmailChanged { user_id, email } => email_changed::draft(tx, shop, *user_id, email).await,
        EventKind::PasswordChanged { user_id } => password_changed::draft(tx, shop, *user_id).await,
        EventKind::SignedInFromNewNetwork { sign_in_id } => {
            signed_in_from_new_network::draft(tx, shop, *sign_in_id).await
        }
        EventKind::BackInStockRequested { subscription_id } => {
            back_in_stock_requested::draft(tx, notifications, *subscription_id).await
        }
        EventKind::BackInStock { subscription_id } => {
            back_in_stock::draft(tx, notifications, event.event_id, *subscription_id).await
        }
    }
}

impl Draft {
    /// Drafts a mail to this account.
    fn to_account(user: UserId, mail: Mail) -> Self {
        Self::Ready(Ready { mail, link: None, order_number: None, user_id: Some(user) })
    }

    /// Drafts a mail with a new link that makes an account of a registration.
    fn with_activation_link(notifications: &Notifications, registration: Option<RegisteredAddress>) -> Self {
        let Some(registration) = registration else { return Self::NotDue("no registration waits for a link") };
        let RegisteredAddress { id, email, locale, created_at } = registration;
        let link = NewLink::new(LinkTarget::Registration(id, created_at), notifications);
        let (shop, texts) = (&notifications.shop, Texts::new(locale));
        let mail = Letter::with_link("activation", shop.link_url(&link), link.expires_at, &texts);
        let mail = mail.mail(&email, "activation_requested", &shop.name, &texts);
        Self::Ready(Ready { mail, link: Some(link), order_number: None, user_id: None })
    }

    /// Drafts a mail to this account with a new link.
    fn with_link(purpose: Purpose, notifications: &Notifications, addressee: Option<Addressee>) -> Self {
        let Some(addressee) = addressee else { return Self::NotDue("no account with this address may get the link") };
        let (kind, message) = match purpose {
            Purpose::ActivateUser => ("activation_requested", "activation"),
            Purpose::PasswordReset => ("password_reset_requested", "password-reset"),
            Purpose::EmailReset => ("email_reset_requested", "email-reset"),
        };
        let link = NewLink::new(LinkTarget::Account(addressee.id, purpose), notifications);
        let (shop, texts) = (&notifications.shop, Texts::new(addressee.locale));
        let mail = Letter::with_link(message, shop.link_url(&link), link.expires_at, &texts);
        let mail = mail.mail(&addressee.email, kind, &shop.name, &texts);
        Self::Ready(Ready { mail, link: Some(link), order_number: None, user_id: Some(addressee.id) })
    }
}

#[cfg(test)]
mod tests {
    use shared::locale::Locale;

    use super::*;

    #[test]
    fn the_mail_states_how_long_a_subscription_can_be_confirmed() {
        for (tag, words) in [("en", "seven days"), ("de", "sieben Tage")] {
            assert!(Texts::new(Locale::of_tag(tag)).text("back-in-stock-request.validity").contains(words));
        }
        assert_eq!(CONFIRMATION_SECONDS, 7 * 24 * 60 * 60);
    }
}
