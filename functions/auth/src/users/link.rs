//! Checks the link in a mail that a person has opened: whose account it is for, and whether it is valid.

use shared::app::App;
use shared::http::{ApiError, Fields};
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::accounts::{self, AccountSummary};
use shared::users::store::links;

/// Maximum number of characters of each part of a link; real ones are much shorter.
pub(super) const MAX_PART: usize = 1000;

/// Reads a part of a link. A missing part is read as a blank, which no link has: where this is used, Djoser checks the link only after all other
/// fields.
pub(super) fn lenient_part(fields: &mut Fields, name: &str) -> Option<String> {
    let part = fields.optional_or_blank(name, |fields, name| fields.text(name, MAX_PART));
    part.ok().map(Option::unwrap_or_default)
}

/// Returns the account of a link if the link is valid and the account is active. The link stays valid: it is used up in the transaction of the
/// change that it allows.
pub(super) async fn account_of_link(
    app: &App,
    purpose: Purpose,
    uid: &str,
    token: &str,
) -> Result<AccountSummary, ApiError> {
    let id = user_of_uid(uid).ok_or_else(no_such_user)?;
    let mut tx = app.db.read().await?;
    let account = accounts::find(&mut tx, id).await?.ok_or_else(no_such_user)?;
    let is_valid = links::is_valid(&mut tx, id, purpose, token, app.clock.now()).await?;
    tx.commit().await?;
    if is_valid && account.is_active { Ok(account) } else { Err(invalid_token()) }
}

/// Returns the 400 for a `uid` that names no account.
pub(super) fn no_such_user() -> ApiError {
    ApiError::field("uid", "Invalid user id or user doesn't exist.")
}

/// Returns the 400 for a `token` that is not valid for this purpose, or not any more.
pub(super) fn invalid_token() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}
