//! The end of an account, in SQL: nothing is left that tells who it was.
//!
//! Orders stay, because the shop's books do; they name nobody any more. So does the audit log, which nobody can change: it knows
//! accounts by number alone, and beside that keeps the network address and the name of the client that somebody asked with.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::mail::ERASED;

/// What became of it.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// There is no such account any more.
    Done,
    /// Nothing: without the last superuser who can log in, nobody could make another.
    LastSuperuser,
}

/// Erases an account, and who it was from everything that outlives it.
pub async fn delete(tx: &mut Tx, user: UserId) -> sqlx::Result<Erasure> {
    if is_last_superuser(tx, user).await? {
        return Ok(Erasure::LastSuperuser);
    }
    // Nothing is added from here on: what belongs to an account is written under a lock of its row, which is held.
    let addresses =
        sqlx::query_scalar!(r#"select addresses_of($1) as "address!""#, user as _).fetch_all(&mut *tx).await?;
    sqlx::query!(
        "delete from outbox
          where lower(payload ->> 'email') = any($2)
             or payload ->> 'user_id' = $1::bigint::text
             or payload ->> 'order_id' in (select id::text from orders where user_id = $1)
             or payload ->> 'sign_in_id' in (select id::text from sign_ins where user_id = $1)
             or id in (select event_id from stock_notices where lower(email) = any($2))",
        user as _,
        &addresses
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from stock_notices where lower(email) = any($1)", &addresses).execute(&mut *tx).await?;
    // An error may quote the address.
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
    // Profile, addresses, carts, sign-ins, links, roles and the second factor go with it.
    sqlx::query!("delete from users where id = $1", user as _).execute(&mut *tx).await?;
    Ok(Erasure::Done)
}

/// Locks the account until the transaction ends; a superuser's with all other superusers', so that of the last two only one goes.
async fn is_last_superuser(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    let locked = sqlx::query!(
        "select id, is_superuser, is_active from users
          where id = $1 or (is_superuser and exists (select from users where id = $1 and is_superuser))
          order by id
            for update",
        user as _
    )
    .fetch_all(&mut *tx)
    .await?;
    let is_one = locked.iter().any(|row| row.id == user && row.is_superuser);
    let another_is = locked.iter().any(|row| row.id != user && row.is_superuser && row.is_active);
    Ok(is_one && !another_is)
}
