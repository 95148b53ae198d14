//! The link in a mail that somebody has opened: whose it is, and whether it is good.

use shared::app::App;
use shared::http::{ApiError, Fields};
use shared::users::links::{Purpose, user_of_uid};
use shared::users::store::accounts::{self, AccountSummary};
use shared::users::store::links;

/// Characters of one half of a link; every real one is shorter.
pub(super) const MAX_HALF: usize = 1000;

/// Its two halves, as they came.
pub(super) struct Link {
    pub(super) uid: String,
    pub(super) token: String,
}

impl Link {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let uid = fields.text("uid", MAX_HALF);
        let token = fields.text("token", MAX_HALF);
        Some(Self { uid: uid?, token: token? })
    }

    /// A half that is missing counts as blank, and so as wrong: where Djoser looks at them only after everything else.
    pub(super) fn read_leniently(fields: &mut Fields) -> Option<Self> {
        let uid = fields.filter("uid", |fields, name| fields.text(name, MAX_HALF));
        let token = fields.filter("token", |fields, name| fields.text(name, MAX_HALF));
        Some(Self { uid: uid.ok()?.unwrap_or_default(), token: token.ok()?.unwrap_or_default() })
    }

    /// Whose it is, if it is good now and they may sign in. It stays good: it is used up with what it is for, in one transaction.
    pub(super) async fn owner(&self, app: &App, purpose: Purpose) -> Result<AccountSummary, ApiError> {
        let id = user_of_uid(&self.uid).ok_or_else(no_such_user)?;
        let mut tx = app.db.read().await?;
        let account = accounts::find(&mut tx, id).await?.ok_or_else(no_such_user)?;
        let is_good = links::is_good(&mut tx, id, purpose, &self.token, app.clock.now()).await?;
        tx.commit().await?;
        if is_good && account.is_active { Ok(account) } else { Err(not_good()) }
    }
}

/// 400: its `uid` names nobody.
pub(super) fn no_such_user() -> ApiError {
    ApiError::field("uid", "Invalid user id or user doesn't exist.")
}

/// 400: its `token` was never good for this, or is so no longer.
pub(super) fn not_good() -> ApiError {
    ApiError::field("token", "Invalid token for given user.")
}
