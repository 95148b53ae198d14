//! Accounts from another shop, in SQL.

use crate::app::db::Tx;
use crate::audit::store::record;
use crate::audit::{AuditRecord, Kind};
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// An account as another shop had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldUser {
    /// Where its mail goes; as [`crate::users::kept_address`] makes it.
    pub email: String,
    /// What its owner is known by.
    pub username: String,
    /// As it was there, or `!` for none: no password fits it then, and its owner asks for a link.
    pub password_hash: String,
    /// What they are called, or blank.
    pub name: String,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When they last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOver {
    /// It is one of ours now.
    Made,
    /// Its address has an account, which was left as it is.
    WasThere,
    /// Its name is another account's.
    UsernameTaken,
}

/// Makes an account as it was, if neither its address nor its name has an owner. The audit log says where it came from, and so one that
/// was switched off there does not pass for one that waits for its owner to open a link.
pub async fn take_over(tx: &mut Tx, user: &OldUser, now: Timestamp) -> sqlx::Result<TakenOver> {
    let made = sqlx::query_scalar!(
        "insert into users (email, username, password_hash, name, is_active, is_staff, is_superuser, created_at, last_login_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing
         returning id",
        user.email,
        user.username,
        user.password_hash,
        user.name,
        user.is_active,
        user.is_staff,
        user.is_superuser,
        user.created_at as _,
        user.last_login_at as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(made) = made {
        record(tx, AuditRecord::by_nobody(Kind::Imported, Some(made)), &ClientInfo::default(), now).await?;
        return Ok(TakenOver::Made);
    }
    let was_there = sqlx::query_scalar!(
        r#"select exists (select from users where lower(email) = lower($1)) as "there!""#,
        user.email
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(if was_there { TakenOver::WasThere } else { TakenOver::UsernameTaken })
}
