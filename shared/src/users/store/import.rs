//! SQL that imports accounts from another shop.

use crate::app::db::Tx;
use crate::audit::store::record;
use crate::audit::{AuditRecord, Kind};
use crate::time::Timestamp;
use crate::users::{ClientInfo, username_key};

/// An account to import, as it was in another shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedUser {
    /// Email address, normalized by [`crate::users::normalize_email`].
    pub email: String,
    /// Username of the account.
    pub username: String,
    /// Password hash of the other shop, or `!` for none: then no password matches, and the owner requests a link.
    pub password_hash: String,
    /// Name of the person, or blank.
    pub name: String,
    /// True if the owner can log in.
    pub is_active: bool,
    /// True if the account is staff.
    pub is_staff: bool,
    /// True if the account is a superuser.
    pub is_superuser: bool,
    /// Time at which the account was created.
    pub created_at: Timestamp,
    /// Time of the last log-in, if there was one.
    pub last_login_at: Option<Timestamp>,
}

/// Result of importing an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The account was created.
    Created,
    /// An account with the email address exists and was left unchanged.
    EmailTaken,
    /// The username belongs to another account.
    UsernameTaken,
}

/// Inserts an account as it was, unless its email address or username is taken. The audit log records the import, so that an account that was
/// inactive in the other shop does not count as one that waits for activation.
pub async fn insert_imported(tx: &mut Tx, user: &ImportedUser, now: Timestamp) -> sqlx::Result<ImportOutcome> {
    let id = sqlx::query_scalar!(
        "insert into users
             (email, username, username_key, password_hash, name, is_active, is_staff, is_superuser, created_at, last_login_at,
              is_imported)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true)
         on conflict do nothing
         returning id",
        user.email,
        user.username,
        username_key(&user.username),
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
    if let Some(id) = id {
        record(tx, AuditRecord::by_nobody(Kind::Imported, Some(id)), &ClientInfo::default(), now).await?;
        return Ok(ImportOutcome::Created);
    }
    let is_email_taken = sqlx::query_scalar!(
        r#"select exists (select from users where lower(email) = lower($1)) as "is_taken!""#,
        user.email
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(if is_email_taken { ImportOutcome::EmailTaken } else { ImportOutcome::UsernameTaken })
}
