//! The mail for `signed_in_from_new_network`: a sign-in from a network that the account had not used before.

use shared::app::db::Tx;
use shared::ids::SignInId;
use shared::locale::{Texts, one_line};
use shared::users::store::addressees::{self, SignInDetails};

use super::Draft;
use crate::Shop;
use crate::letter::Letter;

/// Maximum number of characters of the user agent that are shown: its text was chosen by the one who logged in.
const MAX_USER_AGENT: usize = 160;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, sign_in: SignInId) -> sqlx::Result<Draft> {
    let Some(details) = addressees::sign_in(tx, sign_in).await? else {
        return Ok(Draft::NotDue("the sign-in was deleted"));
    };
    let texts = Texts::new(details.locale);
    let unknown = || texts.text("new-sign-in.unknown");
    let (time, program) = (texts.time(details.at), program(&details).unwrap_or_else(unknown));
    let letter = Letter {
        heading: texts.text("new-sign-in.heading"),
        sentences: vec![
            texts.text("new-sign-in.text"),
            texts.text_with("new-sign-in.when", &[("time", &time)]),
            texts.text_with("new-sign-in.address", &[("address", &details.address.clone().unwrap_or_else(unknown))]),
            texts.text_with("new-sign-in.program", &[("program", &program)]),
        ],
        link: None,
        after: vec![texts.text("new-sign-in.expected"), texts.text("new-sign-in.otherwise")],
    };
    Ok(Draft::to_account(details.user, letter.mail(&details.email, "signed_in_from_new_network", &shop.name, &texts)))
}

/// Returns the name of the program that logged in, if it gave one.
fn program(details: &SignInDetails) -> Option<String> {
    let name: String = details.user_agent.as_deref().unwrap_or_default().chars().take(MAX_USER_AGENT).collect();
    Some(one_line(&name)).filter(|name| !name.is_empty())
}
