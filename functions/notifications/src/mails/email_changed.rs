//! The mails for `email_changed`: one to the new address and one to the old, which the owner still reads if someone else changed it.

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::mail::Mail;
use shared::users::normalize_email;
use shared::users::store::addressees;

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, user: UserId, email: &str) -> sqlx::Result<Draft> {
    let Some(addressee) = addressees::account(tx, user).await? else {
        return Ok(Draft::NotDue("the account was deleted"));
    };
    let is_new = normalize_email(email) == normalize_email(&addressee.email);
    Ok(Draft::to_account(user, if is_new { to_the_new(email, shop) } else { to_the_old(email, shop) }))
}

fn to_the_new(email: &str, shop: &Shop) -> Mail {
    let letter = Letter {
        heading: "This is the new address of your account",
        sentences: vec![
            "Your account now uses this address. Log in with it from now on; our mails come here.".to_owned(),
        ],
        link: None,
        after: vec!["If you have no account here, please tell us: someone entered a wrong address.".to_owned()],
    };
    letter.mail(email, "email_changed", &shop.name)
}

/// Does not name the new address, because the reader of the old mailbox need not know it.
fn to_the_old(email: &str, shop: &Shop) -> Mail {
    let letter = Letter {
        heading: "The address of your account was changed",
        sentences: vec!["Your account now uses another address. You cannot log in with this one any more.".to_owned()],
        link: None,
        after: vec!["If it was not you, tell us at once: someone else may be using your account.".to_owned()],
    };
    letter.mail(email, "email_changed", &shop.name)
}
