//! Changes the username of an account, for `PUT` and `PATCH` of `/auth/users/me/` and `/auth/users/{id}/`.

use axum::Json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::{self, Kind};
use shared::http::{ApiError, Unauthorized};
use shared::ids::UserId;
use shared::throttles::{self, Limit, Subject};
use shared::users::store::registrations;
use shared::users::{ClientInfo, Taken, store};

use super::authorize::audit_record;
use super::{User, taken_error};

/// A change of the username.
pub(super) struct Rename {
    /// The account that makes the change.
    pub(super) caller: UserId,
    /// The account to change, in its current state.
    pub(super) account: User,
    /// The new username.
    pub(super) username: String,
}

/// Changes the username of an account that was found in this transaction, and commits. A change counts even if the name is taken, because the
/// refusal tells so.
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
    throttles::count_or_refuse(&mut tx, Limit::Rename, &Subject::user(account.id), app.clock.now()).await?;
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    if registrations::has_username(&mut tx, &username).await? {
        return Err(taken_error(&[Taken::Username]));
    }
    match store::rename(&mut tx, account.id, &username).await {
        Ok(true) => {}
        Ok(false) if caller == account.id => return Err(Unauthorized::UserNotFound.into()),
        Ok(false) => return Err(ApiError::NoSuch("User")),
        Err(error) => {
            let taken = Taken::from_error(&error).ok_or(error)?;
            return Err(taken_error(&[taken]));
        }
    }
    audit::store::record(
        &mut tx,
        audit_record(Kind::UsernameChanged, caller, account.id),
        client_info,
        app.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(Json(User { username, ..account }))
}
