//! SQL of API keys, for the staff who create, list and revoke them.

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{ApiKeyId, UserId};
use crate::staff::ApiKey;
use crate::time::Timestamp;
use crate::users::Permissions;

/// An API key to insert.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// Id of the key; later keys have larger ids.
    pub id: ApiKeyId,
    /// Name that says what the key is for.
    pub name: String,
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// Permissions of the key.
    pub scopes: Permissions,
    /// User who creates the key.
    pub created_by: UserId,
    /// The current time.
    pub created_at: Timestamp,
    /// Time at which the key expires; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// Lists a page of API keys, newest first.
pub async fn list(tx: &mut Tx, bounds: KeysetBounds<ApiKeyId>) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at
           from api_keys
          where ($1::uuid is null or id < $1) and ($2::uuid is null or id > $2)
          order by case when $2::uuid is null then id end desc, id
          limit $3",
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts all keys.
pub async fn count(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from api_keys"#).fetch_one(&mut *tx).await
}

/// Finds one key.
pub async fn find(tx: &mut Tx, key: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at from api_keys where id = $1",
        key as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Inserts a key.
pub async fn insert(tx: &mut Tx, new: NewApiKey) -> sqlx::Result<ApiKey> {
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

/// Revokes the key; returns false if it was already revoked.
pub async fn revoke(tx: &mut Tx, key: ApiKeyId, now: Timestamp) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update api_keys set revoked_at = $2 where id = $1 and revoked_at is null", key as _, now as _)
            .execute(&mut *tx)
            .await?;
    Ok(done.rows_affected() == 1)
}
