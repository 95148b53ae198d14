//! SQL of idempotency keys of carts: the first answer to a request with a key is stored in the transaction of the request.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::CartId;
use crate::time::Timestamp;

/// Maximum number of keys that are kept for one cart. The oldest ones make room for new ones.
const MAX_KEYS: i64 = 500;

/// A request with an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Digest of the client's key and its scope.
    pub key: Uuid,
    /// Digest of the request's body.
    pub digest: Uuid,
}

/// The first answer to a request, apart from its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// The `Location` header.
    pub location: String,
    /// The body in JSON.
    pub body: String,
}

/// A key that was used before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// Digest of the body of the request that used it.
    pub digest: Uuid,
    /// The answer to that request.
    pub answer: FirstAnswer,
    /// True if the cart of that request was changed or ordered after it was created.
    pub cart_was_used: bool,
}

/// Finds a key that was used; `None` if it is new.
pub async fn find(tx: &mut Tx, key: Uuid) -> sqlx::Result<Option<UsedKey>> {
    let row = sqlx::query!(
        r#"select k.request_digest, k.location, k.body, c.updated_at <> c.created_at as "cart_was_used!"
             from cart_idempotency_keys k join carts c on c.id = k.cart_id
            where k.key = $1"#,
        key
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| UsedKey {
        digest: row.request_digest,
        answer: FirstAnswer { location: row.location, body: row.body },
        cart_was_used: row.cart_was_used,
    }))
}

/// Stores the answer to a request that has changed or created this cart. Returns false if another transaction has used the key and is committed;
/// the caller then rolls back.
pub async fn insert(
    tx: &mut Tx,
    request: KeyedRequest,
    cart: CartId,
    answer: &FirstAnswer,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with surplus as (
             delete from cart_idempotency_keys where key in (
                 select key from cart_idempotency_keys where cart_id = $3 order by created_at desc, key offset $7)
         )
         insert into cart_idempotency_keys (key, request_digest, cart_id, location, body, created_at)
         values ($1, $2, $3, $4, $5, $6)
             on conflict (key) do nothing",
        request.key,
        request.digest,
        cart as _,
        answer.location,
        answer.body,
        now as _,
        MAX_KEYS - 1
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes keys that were used before this time, the oldest first, at most `limit` of them. Returns their number.
pub async fn delete_older(tx: &mut Tx, before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from cart_idempotency_keys where key in (
             select key from cart_idempotency_keys where created_at <= $1 order by created_at limit $2 for update skip locked)",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
