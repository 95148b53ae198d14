//! SQL that deletes an account and erases the personal data of its owner.
//!
//! Orders stay, because accounting needs them, but name nobody any more. The audit log stays as well, because nobody can change it: it has
//! only the ids of accounts, network addresses and names of clients.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::mail::ERASED;

/// Result of deleting an account.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The account does not exist any more.
    Done,
    /// Nothing was deleted, because without the last superuser who can log in nobody could create another one.
    LastSuperuser,
}

/// Locks an account that may be deleted, its caller, and for a superuser all other superusers, by id. It comes before all other locks of the
/// transaction: two superusers who delete their accounts at the same time would otherwise each hold what the other needs.
pub async fn lock_for_deletion(tx: &mut Tx, user: UserId, caller: UserId) -> sqlx::Result<()> {
    sqlx::query!(
        "select from users
          where id in ($1, $2) or (is_superuser and exists (select from users where id = $1 and is_superuser))
          order by id
            for update",
        user as _,
        caller as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes an account, and erases personal data from all rows that stay. The caller has locked it with [`lock_for_deletion`].
pub async fn delete(tx: &mut Tx, user: UserId) -> sqlx::Result<Erasure> {
    if is_last_superuser(tx, user).await? {
        return Ok(Erasure::LastSuperuser);
    }
    // No rows are added from here on: rows of an account are written under a lock of its row, which is held.
    let addresses =
        sqlx::query_scalar!(r#"select addresses_of($1) as "address!""#, user as _).fetch_all(&mut *tx).await?;
    sqlx::query!(
        "delete from outbox
          where lower(payload ->> 'email') = any($2)
             or lower(payload ->> 'email') = (select lower(email) from users where id = $1)
             or payload ->> 'user_id' = $1::bigint::text
             or payload ->> 'order_id' in (select id::text from orders where user_id = $1)
             or payload ->> 'sign_in_id' in (select id::text from sign_ins where user_id = $1)
             or payload ->> 'subscription_id' in (select id::text from back_in_stock_subscriptions where lower(email) = any($2))",
        user as _,
        &addresses
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from back_in_stock_subscriptions where lower(email) = any($1)", &addresses)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "delete from registrations
          where lower(email) = any($2) or lower(email) = (select lower(email) from users where id = $1)",
        user as _,
        &addresses
    )
    .execute(&mut *tx)
    .await?;
    // The error text may quote the address.
    sqlx::query!(
        "update mail_log set recipient = $3, error = null
          where user_id = $1 or (user_id is null and lower(recipient) = any($2))",
        user as _,
        &addresses,
        ERASED
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update orders set user_id = null, email = $2 where user_id = $1", user as _, ERASED)
        .execute(&mut *tx)
        .await?;
    // Deletes the profile, addresses, carts, sign-ins, links, roles and the second factor as well.
    sqlx::query!("delete from users where id = $1", user as _).execute(&mut *tx).await?;
    Ok(Erasure::Done)
}

/// Returns true if no other superuser can log in.
async fn is_last_superuser(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    let accounts =
        sqlx::query!("select id, is_superuser, is_active from users where id = $1 or is_superuser", user as _)
            .fetch_all(&mut *tx)
            .await?;
    let is_superuser = accounts.iter().any(|row| row.id == user && row.is_superuser);
    let has_another = accounts.iter().any(|row| row.id != user && row.is_superuser && row.is_active);
    Ok(is_superuser && !has_another)
}
