//! Accounts in SQL, as their owners and the staff see and change them.

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};

/// An account, as whoever may read it sees it.
#[derive(Clone, Debug)]
pub struct AccountSummary {
    /// Which account.
    pub id: UserId,
    /// What they are called.
    pub username: String,
    /// Where their mail goes.
    pub email: String,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
}

/// One account.
pub async fn find(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<AccountSummary>> {
    sqlx::query_as!(
        AccountSummary,
        "select id, username, email, is_active, is_staff, is_superuser from users where id = $1",
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Up to so many accounts, by id, from the one after this.
pub async fn list(tx: &mut Tx, after: Option<UserId>, limit: i64) -> sqlx::Result<Vec<AccountSummary>> {
    sqlx::query_as!(
        AccountSummary,
        "select id, username, email, is_active, is_staff, is_superuser from users where id > $1 order by id limit $2",
        after.unwrap_or(UserId(0)) as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Locks an account until the transaction ends; whether it is active and this sign-in of it goes on. What a request was let in
/// with may have ended while its password was looked at, and whoever ended it must not be overruled.
pub async fn lock_signed_in(tx: &mut Tx, user: UserId, sign_in: Option<SignInId>) -> sqlx::Result<bool> {
    let is_active = sqlx::query_scalar!("select is_active from users where id = $1 for no key update", user as _)
        .fetch_optional(&mut *tx)
        .await?;
    // A statement of its own: one that has waited for a lock still sees the other tables as they were before.
    let has_ended = sqlx::query_scalar!(
        r#"select exists (select from sign_ins where id = $1 and ended_at is not null) as "has_ended!""#,
        sign_in as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(is_active == Some(true) && !has_ended)
}

/// Gives an active account another password, as [`crate::users::passwords::hash`] keeps it; whether there is such an account.
pub async fn set_password(tx: &mut Tx, user: UserId, password_hash: &str) -> sqlx::Result<bool> {
    sqlx::query!("update users set password_hash = $2 where id = $1 and is_active", user as _, password_hash)
        .execute(&mut *tx)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Gives an active account another address; the one it had, or `None` where there is no such account. [`crate::users::Taken::of`]
/// reads the error where the address has an owner.
pub async fn set_email(tx: &mut Tx, user: UserId, email: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "with was as (select id, email from users where id = $1 and is_active for no key update)
         update users u set email = $2 from was where u.id = was.id returning was.email",
        user as _,
        email
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Switches an account off until [`activate`] switches it on.
pub async fn await_activation(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("update users set is_active = false where id = $1", user as _).execute(&mut *tx).await.map(drop)
}

/// Switches an account on that waits for it; whether there was one. Not one that the staff have switched off: for that, the audit
/// log is asked, which alone remembers by whom it was.
pub async fn activate(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    sqlx::query!(
        "update users u set is_active = true
          where u.id = $1 and not u.is_active
            and 'deactivated' is distinct from (
                select a.kind from audit_log a
                 where a.user_id = u.id and a.kind in ('deactivated', 'reactivated')
                 order by a.id desc limit 1)",
        user as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Whether an address is somebody else's now. Only to tell somebody who is refused; whether it is free, the database judges.
pub async fn is_somebody_elses(tx: &mut Tx, email: &str, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where lower(email) = lower($1) and id <> $2) as "is_so!""#,
        email,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}
