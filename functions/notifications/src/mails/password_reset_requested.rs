//! The mail for `password_reset_requested`: a link with which the owner of an account sets another password.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::addressees;

use super::{Draft, LINK_VALIDITY};
use crate::Notifications;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let addressee = addressees::active_with_address(tx, email).await?;
    Ok(Draft::with_link(Purpose::PasswordReset, notifications, addressee, |addressee, url| {
        let letter = Letter {
            heading: "Choose a new password",
            sentences: vec![
                "Someone, most likely you, asked for a new password for the account with this address.".to_owned(),
            ],
            link: Some(("Choose a new password", url)),
            after: vec![
                LINK_VALIDITY.to_owned(),
                "If it was not you, do nothing: your password stays as it is. Never pass the link on.".to_owned(),
            ],
        };
        letter.mail(&addressee.email, "password_reset_requested", &notifications.shop.name)
    }))
}
