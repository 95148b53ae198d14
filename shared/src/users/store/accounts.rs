//! SQL of accounts, as their owners and staff see and change them.

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};

/// An account as a caller who may read it sees it.
#[derive(Clone, Debug)]
pub struct AccountSummary {
    /// Id of the account.
    pub id: UserId,
    /// Username of the account.
    pub username: String,
    /// Email address of the account.
    pub email: String,
    /// True if the owner can log in.
    pub is_active: bool,
    /// True if the account is staff.
    pub is_staff: bool,
    /// True if the account is a superuser.
    pub is_superuser: bool,
}

/// Returns the account with this id.
pub async fn find(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<AccountSummary>> {
    sqlx::query_as!(
        AccountSummary,
        "select id, username, email, is_active, is_staff, is_superuser from users where id = $1",
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Lists accounts by id, starting after the given one.
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

/// Locks an account until the transaction ends. Returns true if it is active and this sign-in has not ended: both may have changed while the
/// password was checked, and such a change must win.
pub async fn lock_signed_in(tx: &mut Tx, user: UserId, sign_in: SignInId) -> sqlx::Result<bool> {
    let is_active = sqlx::query_scalar!("select is_active from users where id = $1 for no key update", user as _)
        .fetch_optional(&mut *tx)
        .await?;
    // A separate statement, because one that has waited for a lock still sees the other tables in their earlier state.
    let is_open = sqlx::query_scalar!(
        r#"select exists (select from sign_ins where id = $1 and user_id = $2 and ended_at is null) as "is_open!""#,
        sign_in as _,
        user as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(is_active == Some(true) && is_open)
}

/// Sets the password hash of an active account ([`crate::users::passwords::hash`]); returns false if there is no such account.
pub async fn set_password(tx: &mut Tx, user: UserId, password_hash: &str) -> sqlx::Result<bool> {
    sqlx::query!("update users set password_hash = $2 where id = $1 and is_active", user as _, password_hash)
        .execute(&mut *tx)
        .await
        .map(|done| done.rows_affected() == 1)
}

/// Sets the email address of an active account. Returns the previous one, or `None` if there is no such account. [`crate::users::Taken::from_error`]
/// reads the error if the address is taken. An imported account counts as imported only with the address that it was imported with. If another
/// account has proven the address since this one did, this one has to prove it again.
pub async fn set_email(tx: &mut Tx, user: UserId, email: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "with before as (select id, email from users where id = $1 and is_active for no key update),
         outdated as (
             delete from proven_addresses p
              using before b
              where p.user_id = b.id and p.email = lower($2)
                and exists (select from proven_addresses later where later.email = p.email and later.proven_at > p.proven_at))
         update users u set email = $2, is_imported = u.is_imported and lower(u.email) = lower($2)
           from before where u.id = before.id returning before.email",
        user as _,
        email
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Makes an account inactive until [`activate`] activates it.
pub async fn await_activation(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("update users set is_active = false where id = $1", user as _).execute(&mut *tx).await.map(drop)
}

/// Activates an account that waits for activation; returns false if there is none. An account that staff have deactivated stays inactive: the
/// audit log tells the two apart.
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

/// Takes the address of an account that waits for its activation there. The account gets the address back that it has proven last, and is active
/// again. If there is none, or another account has it, the account stays inactive, with an address to which no mail can be sent. Returns false if
/// the account does not wait any more.
pub async fn take_address(tx: &mut Tx, user: UserId, email: &str) -> sqlx::Result<bool> {
    sqlx::query!(
        r#"with former as (
               select p.email from proven_addresses p
                where p.user_id = $1 and not exists (select from users u where lower(u.email) = p.email)
                order by p.proven_at desc limit 1)
           update users
              set email = coalesce((select email from former), 'account-' || id || '@invalid'),
                  is_active = exists (select from former)
            where id = $1 and not is_active and lower(email) = lower($2)"#,
        user as _,
        email
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Deletes the addresses and the profile of an account.
pub async fn delete_addresses_and_profile(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "with addresses as (delete from user_addresses where user_id = $1)
         update users set name = '', phone = '' where id = $1",
        user as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Returns the network address of the client that last changed the email address of an account; `None` if it is unknown.
pub async fn client_of_email_change(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select address from audit_log
          where user_id = $1 and kind in ('registered', 'email_changed', 'email_reset')
          order by id desc limit 1",
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
    .map(Option::flatten)
}

/// Returns true if an email address belongs to another account, for an error text only; whether it is free is decided by the database.
pub async fn is_taken_by_another(tx: &mut Tx, email: &str, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where lower(email) = lower($1) and id <> $2) as "is_taken!""#,
        email,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}
