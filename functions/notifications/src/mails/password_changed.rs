//! The mail for `password_changed`: the password of an account was changed.

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::locale::Texts;
use shared::users::store::addressees;

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, user: UserId) -> sqlx::Result<Draft> {
    let Some(addressee) = addressees::account(tx, user).await? else {
        return Ok(Draft::NotDue("the account was deleted"));
    };
    let texts = Texts::new(addressee.locale);
    let letter = Letter::notice("password-changed", &texts);
    Ok(Draft::to_account(user, letter.mail(&addressee.email, "password_changed", &shop.name, &texts)))
}
