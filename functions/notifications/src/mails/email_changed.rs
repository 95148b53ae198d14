//! The mails for `email_changed`: one to the new address and one to the old, which the owner still reads if someone else changed it.

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::locale::Texts;
use shared::users::normalize_email;
use shared::users::store::addressees;

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, user: UserId, email: &str) -> sqlx::Result<Draft> {
    let Some(addressee) = addressees::account(tx, user).await? else {
        return Ok(Draft::NotDue("the account was deleted"));
    };
    let texts = Texts::new(addressee.locale);
    let is_new = normalize_email(email) == normalize_email(&addressee.email);
    // The mail to the old address does not name the new one, because the reader of the old mailbox need not know it.
    let letter = Letter::notice(if is_new { "email-changed-new" } else { "email-changed-old" }, &texts);
    Ok(Draft::to_account(user, letter.mail(email, "email_changed", &shop.name, &texts)))
}
