//! The mail for `signed_in_from_new_network`: a sign-in from a network that the account had not used before.

use shared::app::db::Tx;
use shared::ids::SignInId;
use shared::locale::Texts;
use shared::users::store::{addressees, proven};

use super::Draft;
use super::program::program_name;
use crate::Shop;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, sign_in: SignInId) -> sqlx::Result<Draft> {
    let Some(details) = addressees::sign_in(tx, sign_in).await? else {
        return Ok(Draft::NotDue("the sign-in was deleted"));
    };
    if !proven::is_proven(tx, details.user, &details.email).await? {
        // The reader may be a stranger, whom a log-in to another person's account would only frighten.
        return Ok(Draft::NotDue("the account has not proven its address"));
    }
    let texts = Texts::new(details.locale);
    let (time, program) = (texts.time(details.at), program_name(details.user_agent.as_deref(), &texts));
    let address = details.address.unwrap_or_else(|| texts.text("new-sign-in.unknown"));
    let letter = Letter {
        heading: texts.text("new-sign-in.heading"),
        sentences: vec![
            texts.text("new-sign-in.text"),
            texts.text_with("new-sign-in.when", &[("time", &time)]),
            texts.text_with("new-sign-in.address", &[("address", &address)]),
            texts.text_with("new-sign-in.program", &[("program", &program)]),
        ],
        link: None,
        after: vec![texts.text("new-sign-in.expected"), texts.text("new-sign-in.otherwise")],
    };
    Ok(Draft::to_account(details.user, letter.mail(&details.email, "signed_in_from_new_network", &shop.name, &texts)))
}
