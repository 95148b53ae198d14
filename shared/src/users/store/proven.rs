//! SQL of the addresses that accounts have proven to read.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::time::Timestamp;

/// Records that the owner of an account reads mail to this address. The first proof counts; returns true if this is it.
pub async fn prove(tx: &mut Tx, user: UserId, email: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query!(
        "insert into proven_addresses (user_id, email, proven_at) values ($1, lower($2), $3) on conflict do nothing",
        user as _,
        email,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Returns true if this account has proven to read mail to this address, now or when it had the address.
pub async fn is_proven(tx: &mut Tx, user: UserId, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from proven_addresses where user_id = $1 and email = lower($2)) as "is_proven!""#,
        user as _,
        email
    )
    .fetch_one(&mut *tx)
    .await
}

/// Returns true if this account has proven to read mail to the address that it has now.
pub async fn has_proven_address(tx: &mut Tx, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from users u join proven_addresses p on p.user_id = u.id and p.email = lower(u.email)
                where u.id = $1) as "has_proven!""#,
        user as _
    )
    .fetch_one(&mut *tx)
    .await
}
