//! Checks the link in a mail that a person has opened: whose account it is for, and whether it is valid.

use shared::app::App;
use shared::http::{ApiError, Fields};
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::accounts::{self, AccountSummary};
use shared::users::store::links;

/// Maximum number of characters of each part of a link; real ones are much shorter.
pub(super) const MAX_PART: usize = 1000;

/// The two parts of a link as they were sent.
pub(super) struct Link {
    pub(super) uid: String,
    pub(super) token: String,
}

impl Link {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let uid = fields.text("uid", MAX_PART);
        let token = fields.text("token", MAX_PART);
        Some(Self { uid: uid?, token: token? })
    }

    /// Reads a missing part as blank, which is wrong: here Djoser checks the link only after everything else.
    pub(super) fn read_leniently(fields: &mut Fields) -> Option<Self> {
        let uid = fields.filter("uid", |fields, name| fields.text(name, MAX_PART));
        let token = fields.filter("token", |fields, name| fields.text(name, MAX_PART));
        Some(Self { uid: uid.ok()?.unwrap_or_default(), token: token.ok()?.unwrap_or_default() })
    }

    /// Returns the account of the link if the link is valid and the account is active. The link stays valid: it is used up in the transaction of
    /// the change that it allows.
    pub(super) async fn owner(&self, app: &App, purpose: Purpose) -> Result<AccountSummary, ApiError> {
        let id = user_of_uid(&self.uid).ok_or_else(no_such_user)?;
        let mut tx = app.db.read().await?;
        let account = accounts::find(&mut tx, id).await?.ok_or_else(no_such_user)?;
        let is_valid = links::is_good(&mut tx, id, purpose, &self.token, app.clock.now()).await?;
        tx.commit().await?;
        if is_valid && account.is_active { Ok(account) } else { Err(invalid_token()) }
    }
}

/// Returns the 400 for a `uid` that names no account.
pub(super) fn no_such_user() -> ApiError {
    ApiError::field("uid", "Invalid user id or user doesn't exist.")
}

/// Returns the 400 for a `token` that is not valid for this purpose, or not any more.
pub(super) fn invalid_token() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}
