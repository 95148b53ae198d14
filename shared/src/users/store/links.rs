//! Links in mails, in SQL.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::time::Timestamp;
use crate::users::links::{LIFETIME_SECONDS, Purpose, sha256};

/// A link that is about to be mailed.
#[derive(Clone, Copy, Debug)]
pub struct NewLink<'a> {
    /// The account that it is for.
    pub user: UserId,
    /// The address that it is mailed to.
    pub email: &'a str,
    /// What it is for.
    pub purpose: Purpose,
    /// Its secret half.
    pub token: &'a str,
}

/// Remembers a link, and forgets those of the account that have ended.
pub async fn insert(tx: &mut Tx, link: NewLink<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "with ended as (delete from mailed_links where user_id = $2 and expires_at <= $5)
         insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        sha256(link.token),
        link.user as _,
        link.purpose.as_str(),
        link.email,
        now as _,
        now.plus_seconds(LIFETIME_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Whether this link is good now. It stays so.
pub async fn is_good(tx: &mut Tx, user: UserId, purpose: Purpose, token: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from mailed_links l join users u on u.id = l.user_id
                where l.token_sha256 = $1 and l.user_id = $2 and l.purpose = $3 and l.expires_at > $4
                  and l.used_at is null and l.email = u.email) as "good!""#,
        sha256(token),
        user as _,
        purpose.as_str(),
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Uses a link up, if it is good now; whether it was. Two at once: one of them. The account stays locked until the
/// transaction ends.
pub async fn redeem(tx: &mut Tx, user: UserId, purpose: Purpose, token: &str, now: Timestamp) -> sqlx::Result<bool> {
    let email = sqlx::query_scalar!("select email from users where id = $1 for no key update", user as _)
        .fetch_optional(&mut *tx)
        .await?;
    let done = sqlx::query!(
        "update mailed_links set used_at = $4
          where token_sha256 = $1 and user_id = $2 and purpose = $3 and expires_at > $4 and used_at is null and email = $5",
        sha256(token),
        user as _,
        purpose.as_str(),
        now as _,
        email.unwrap_or_default()
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether this link was good and was used: a second click on it is no mistake.
pub async fn was_used(tx: &mut Tx, user: UserId, purpose: Purpose, token: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from mailed_links
                where token_sha256 = $1 and user_id = $2 and purpose = $3 and used_at is not null) as "used!""#,
        sha256(token),
        user as _,
        purpose.as_str()
    )
    .fetch_one(&mut *tx)
    .await
}

/// Calls back every unused link of an account for this purpose.
pub async fn call_back(tx: &mut Tx, user: UserId, purpose: Purpose) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from mailed_links where user_id = $1 and purpose = $2 and used_at is null",
        user as _,
        purpose.as_str()
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Forgets links that have ended, at most `limit` of them; how many it were.
pub async fn forget_ended(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from mailed_links where token_sha256 in (
             select token_sha256 from mailed_links where expires_at <= $1 order by expires_at limit $2 for update skip locked)",
        now as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
