//! SQL of idempotency keys: the key and the first answer are stored in the transaction of the change.

use uuid::Uuid;

use super::{FirstAnswer, KeyOwner, KeyedRequest, UsedKey};
use crate::app::db::Tx;
use crate::time::Timestamp;

/// Maximum number of keys that are kept for one cart, and for one account. The oldest ones make room for new ones.
const MAX_KEYS: i64 = 500;

/// Stores the key of a request, before the request changes anything. Waits for another transaction that has stored it. Returns false if that one
/// is committed: the request is a repetition.
pub async fn claim(tx: &mut Tx, request: KeyedRequest, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into idempotency_keys (key, request_digest, created_at) values ($1, $2, $3) on conflict (key) do nothing",
        request.key,
        request.digest,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Finds a key that was used; `None` if it was deleted.
pub async fn find(tx: &mut Tx, key: Uuid) -> sqlx::Result<Option<UsedKey>> {
    let row = sqlx::query!(
        r#"select k.request_digest, k.headers, k.body, coalesce(c.updated_at <> c.created_at, false) as "cart_was_used!"
             from idempotency_keys k left join carts c on c.id = k.cart_id
            where k.key = $1"#,
        key
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| UsedKey {
        digest: row.request_digest,
        answer: FirstAnswer { headers: row.headers, body: row.body },
        cart_was_used: row.cart_was_used,
    }))
}

/// Stores the answer of a request whose key this transaction has claimed.
pub async fn complete(tx: &mut Tx, key: Uuid, owner: KeyOwner, answer: &FirstAnswer) -> sqlx::Result<()> {
    let (cart, user) = match owner {
        KeyOwner::Cart(cart) => (Some(cart), None),
        KeyOwner::User(user) => (None, Some(user)),
        KeyOwner::Shop => (None, None),
    };
    sqlx::query!(
        "with surplus as (
             delete from idempotency_keys where key in (
                 select key from idempotency_keys where cart_id = $2 or user_id = $3 order by created_at desc, key offset $6)
         )
         update idempotency_keys set cart_id = $2, user_id = $3, headers = $4, body = $5 where key = $1",
        key,
        cart as _,
        user as _,
        &answer.headers,
        answer.body,
        MAX_KEYS - 1
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes keys that were used before this time, the oldest first, at most `limit` of them. Returns their number.
pub async fn delete_older(tx: &mut Tx, before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from idempotency_keys where key in (
             select key from idempotency_keys where created_at <= $1 order by created_at limit $2 for update skip locked)",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
