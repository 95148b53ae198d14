//! Keys for programs, in SQL, as the staff makes, sees and revokes them.

use crate::app::db::Tx;
use crate::ids::{ApiKeyId, UserId};
use crate::staff::ApiKey;
use crate::time::Timestamp;
use crate::users::Permissions;

/// A key to be.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    /// Which. Later keys have larger ids.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// What it may do.
    pub scopes: Permissions,
    /// Who makes it.
    pub created_by: UserId,
    /// Now.
    pub created_at: Timestamp,
    /// From when it is of no use.
    pub expires_at: Option<Timestamp>,
}

/// Keys, newest first: those older than `after`, or the nearest ones newer than `before`, oldest first; at most `limit`.
pub async fn list(
    tx: &mut Tx,
    (after, before): (Option<ApiKeyId>, Option<ApiKeyId>),
    limit: i64,
) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
           from api_keys
          where ($1::uuid is null or id < $1) and ($2::uuid is null or id > $2)
          order by case when $2::uuid is null then id end desc, case when $2::uuid is not null then id end
          limit $3",
        after as _,
        before as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many keys there are.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from api_keys"#).fetch_one(&mut *tx).await
}

/// One key.
pub async fn find(tx: &mut Tx, key: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at from api_keys where id = $1",
        key as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Remembers a key.
pub async fn insert(tx: &mut Tx, new: CreateApiKey) -> sqlx::Result<ApiKey> {
    sqlx::query_as!(
        ApiKey,
        "insert into api_keys (id, name, key_sha256, scopes, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at",
        new.id as _,
        new.name,
        &new.sha256[..],
        new.scopes as _,
        new.created_by as _,
        new.created_at as _,
        new.expires_at as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Calls a key back; whether it was not yet.
pub async fn revoke(tx: &mut Tx, key: ApiKeyId, now: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update api_keys set revoked_at = $2 where id = $1 and revoked_at is null", key as _, now as _)
            .execute(&mut *tx)
            .await?;
    Ok(done.rows_affected() == 1)
}
