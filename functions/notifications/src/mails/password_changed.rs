//! The mail for `password_changed`: the password of an account was changed.

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::users::store::addressees;

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, user: UserId) -> sqlx::Result<Draft> {
    let Some(addressee) = addressees::account(tx, user).await? else {
        return Ok(Draft::NotDue("the account was deleted"));
    };
    let letter = Letter {
        heading: "Your password was changed",
        sentences: vec!["The password of your account was changed. You were logged out everywhere else.".to_owned()],
        link: None,
        after: vec![
            "If it was not you, ask for a new password at once: the link to choose it comes to this address."
                .to_owned(),
        ],
    };
    Ok(Draft::to_account(user, letter.mail(&addressee.email, "password_changed", &shop.name)))
}
