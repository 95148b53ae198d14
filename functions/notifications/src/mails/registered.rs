//! The mail for `registered`: a link that makes an account of a registration, or the notice that the address has an account already.

use shared::app::db::Tx;
use shared::locale::Texts;
use shared::users::store::{addressees, registrations};

use super::Draft;
use crate::Notifications;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let Some(account) = addressees::active_with_address(tx, email).await? else {
        let registration = registrations::with_free_address(tx, email).await?;
        return Ok(Draft::with_activation_link(notifications, registration));
    };
    let texts = Texts::new(account.locale);
    let letter = Letter::notice("account-exists", &texts);
    Ok(Draft::to_account(account.id, letter.mail(&account.email, "registered", &notifications.shop.name, &texts)))
}
