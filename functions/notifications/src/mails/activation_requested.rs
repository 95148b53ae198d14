//! The mail for `activation_requested`: a link that activates an account, for a new account or a new address.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::addressees;

use super::{Draft, LINK_VALIDITY};
use crate::Notifications;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let addressee = addressees::waiting_for_activation(tx, email).await?;
    Ok(Draft::with_link(Purpose::ActivateUser, notifications, addressee, |addressee, url| {
        let letter = Letter {
            heading: "Activate your account",
            sentences: vec!["Someone, most likely you, used this address for an account. Open the link to confirm that it is yours.".to_owned()],
            link: Some(("Activate the account", url)),
            after: vec![
                LINK_VALIDITY.to_owned(),
                "If it was not you, do nothing: without the link nobody can use the account.".to_owned(),
            ],
        };
        letter.mail(&addressee.email, "activation_requested", &notifications.shop.name)
    }))
}
