//! Another name for an account: what `PUT` and `PATCH` of `/auth/users/me/` and of `/auth/users/{id}/` have in common.

use axum::Json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, Kind};
use shared::http::{ApiError, Unauthorized};
use shared::ids::UserId;
use shared::users::{ClientInfo, Taken, store};

use super::authorize::entry;
use super::{User, already_exist};

/// A new name for an account.
pub(super) struct Rename {
    /// The account that asks for it.
    pub(super) caller: UserId,
    /// The account that gets it, as it is.
    pub(super) account: User,
    /// The name.
    pub(super) username: String,
}

/// Gives it, in a transaction that has found the account, and ends that.
pub(super) async fn rename(
    app: &App,
    mut tx: Tx,
    Rename { caller, account, username }: Rename,
    client_info: &ClientInfo,
) -> Result<Json<User>, ApiError> {
    if username == account.username {
        tx.commit().await?;
        return Ok(Json(account));
    }
    match store::rename(&mut tx, account.id, &username).await {
        Ok(true) => {}
        Ok(false) if caller == account.id => return Err(Unauthorized::UserNotFound.into()),
        Ok(false) => return Err(ApiError::NoSuch("User")),
        Err(error) => {
            let taken = Taken::of(&error).ok_or(error)?;
            return Err(already_exist(&[taken]));
        }
    }
    audit::store::record(&mut tx, entry(Kind::UsernameChanged, caller, account.id), client_info, app.clock.now())
        .await?;
    tx.commit().await?;
    Ok(Json(User { username, ..account }))
}
