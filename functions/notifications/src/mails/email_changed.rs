//! `email_changed`: an account has another address. The new one hears of it, and so does the old: if it was not its owner who
//! changed it, that is where they still read.

use shared::app::db::Tx;
use shared::ids::UserId;
use shared::mail::Mail;
use shared::users::kept_address;
use shared::users::store::addressees;

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, user: UserId, email: &str) -> sqlx::Result<Draft> {
    let Some(addressee) = addressees::of_account(tx, user).await? else {
        return Ok(Draft::Nobody("the account is gone"));
    };
    let is_new = kept_address(email) == kept_address(&addressee.email);
    Ok(Draft::of(user, if is_new { to_the_new(email, shop) } else { to_the_old(email, shop) }))
}

fn to_the_new(email: &str, shop: &Shop) -> Mail {
    let letter = Letter {
        heading: "This is the address of your account",
        sentences: vec![
            "Your account has moved to this address. From now on you log in with it, and mail comes here.".to_owned(),
        ],
        link: None,
        after: vec!["If you have no account here, please tell us: somebody has mistaken the address.".to_owned()],
    };
    letter.mail(email, "email_changed", &shop.name)
}

/// Without the new address: whoever reads the old mailbox now need not learn it.
fn to_the_old(email: &str, shop: &Shop) -> Mail {
    let letter = Letter {
        heading: "Your account has another address",
        sentences: vec![
            "Your account was moved to another address. You cannot log in with this one any more.".to_owned(),
        ],
        link: None,
        after: vec!["If it was not you, tell us at once: somebody else may be using your account.".to_owned()],
    };
    letter.mail(email, "email_changed", &shop.name)
}
