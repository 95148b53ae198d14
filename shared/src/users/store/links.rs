//! SQL of links in mails.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::time::Timestamp;
use crate::users::links::{Purpose, sha256};
use crate::users::store::proven;

/// A link that is about to be mailed.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// Account that the link is for.
    pub user: UserId,
    /// Email address to which it is sent.
    pub email: &'a str,
    /// Purpose of the link.
    pub purpose: Purpose,
    /// Secret part of the link.
    pub token: &'a str,
    /// Time at which the link expires.
    pub expires_at: Timestamp,
}

/// Stores a link in place of the unused one for the same purpose, and deletes the other expired links of the account.
pub async fn insert(tx: &mut Tx, link: NewLink<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with expired as (
             delete from mailed_links
              where user_id = $2 and expires_at <= $5 and (purpose <> $3 or used_at is not null)
         )
         insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (user_id, purpose) where used_at is null do update
            set token_sha256 = $1, email = $4, created_at = $5, expires_at = $6",
        sha256(link.token),
        link.user as _,
        link.purpose.as_str(),
        link.email,
        now as _,
        link.expires_at as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Returns true if this link is valid now. The link is not used up.
pub async fn is_valid(tx: &mut Tx, user: UserId, purpose: Purpose, token: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from mailed_links l join users u on u.id = l.user_id
                where l.token_sha256 = $1 and l.user_id = $2 and l.purpose = $3 and l.expires_at > $4
                  and l.used_at is null and l.email = u.email) as "is_valid!""#,
        sha256(token),
        user as _,
        purpose.as_str(),
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// A link that was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// True if the account had proven its present address before, or was imported with it. Otherwise another person may have typed the address
    /// and have filled the account.
    pub was_proven: bool,
}

/// Uses up a link, which proves that the owner of the account reads mail to its address; returns `None` if the link is not valid. Of two
/// concurrent uses only one succeeds. The account stays locked until the transaction ends.
pub async fn redeem(
    tx: &mut Tx,
    user: UserId,
    purpose: Purpose,
    token: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Redeemed>> {
    let account = sqlx::query!("select email, is_imported from users where id = $1 for no key update", user as _)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(account) = account else { return Ok(None) };
    let done = sqlx::query!(
        "update mailed_links set used_at = $4
          where token_sha256 = $1 and user_id = $2 and purpose = $3 and expires_at > $4 and used_at is null and email = $5",
        sha256(token),
        user as _,
        purpose.as_str(),
        now as _,
        account.email
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let is_first_proof = proven::prove(tx, user, &account.email, now).await?;
    Ok(Some(Redeemed { was_proven: account.is_imported || !is_first_proof }))
}

/// Returns true if this link was valid and was used, so that a second click on it is not an error.
pub async fn was_used(tx: &mut Tx, user: UserId, purpose: Purpose, token: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from mailed_links
                where token_sha256 = $1 and user_id = $2 and purpose = $3 and used_at is not null) as "was_used!""#,
        sha256(token),
        user as _,
        purpose.as_str()
    )
    .fetch_one(&mut *tx)
    .await
}

/// Revokes the unused link of an account for this purpose.
pub async fn revoke(tx: &mut Tx, user: UserId, purpose: Purpose) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from mailed_links where user_id = $1 and purpose = $2 and used_at is null",
        user as _,
        purpose.as_str()
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes at most `limit` expired links; returns their number.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select forget_links($1, $2) as "forgotten!""#, now as _, limit).fetch_one(&mut *tx).await
}
