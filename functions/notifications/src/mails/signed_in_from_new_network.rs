//! The mail for `signed_in_from_new_network`: a sign-in from a network that the account had not used before.

use shared::app::db::Tx;
use shared::ids::SignInId;
use shared::users::store::addressees::{self, SignInDetails};

use super::Draft;
use crate::Shop;
use crate::letter::{Letter, one_line};

/// Maximum number of characters of the user agent that are shown: its text was chosen by the one who logged in.
const MAX_USER_AGENT: usize = 160;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, sign_in: SignInId) -> sqlx::Result<Draft> {
    let Some(details) = addressees::sign_in(tx, sign_in).await? else {
        return Ok(Draft::NotDue("the sign-in was deleted"));
    };
    let letter = Letter {
        heading: "A new sign-in to your account",
        sentences: vec![
            "Someone, most likely you, logged in to your account from a new network.".to_owned(),
            format!("When: {}", details.at.for_people()),
            format!("Network address: {}", details.address.as_deref().unwrap_or("unknown")),
            format!("Program: {}", program(&details)),
        ],
        link: None,
        after: vec![
            "If it was you, you need not do anything.".to_owned(),
            "If it was not, end this sign-in in the list of your sign-ins and choose a new password at once, which ends all others.".to_owned(),
        ],
    };
    Ok(Draft::to_account(details.user, letter.mail(&details.email, "signed_in_from_new_network", &shop.name)))
}

fn program(details: &SignInDetails) -> String {
    let name: String =
        one_line(details.user_agent.as_deref().unwrap_or_default()).chars().take(MAX_USER_AGENT).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}
