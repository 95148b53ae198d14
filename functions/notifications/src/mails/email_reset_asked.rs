//! `email_reset_asked`: a link that lets the owner of an account choose another address to log in with.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::addressees;

use super::{Draft, GOOD_FOR};
use crate::Notifications;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let addressee = addressees::active_with_address(tx, email).await?;
    Ok(Draft::with_link(Purpose::EmailReset, notifications, addressee, |addressee, url| {
        let letter = Letter {
            heading: "Choose a new address",
            sentences: vec![
                "Somebody, most likely you, asked to move the account with this address to another one.".to_owned(),
            ],
            link: Some(("Choose a new address", url)),
            after: vec![
                GOOD_FOR.to_owned(),
                "If it was not you, do nothing: your account stays as it is. Never pass the link on.".to_owned(),
            ],
        };
        letter.mail(&addressee.email, "email_reset_asked", &notifications.shop.name)
    }))
}
