//! The audit log in SQL.

use super::Entry;
use crate::app::db::Tx;
use crate::time::Timestamp;
use crate::users::Origin;

/// Writes one line, in the transaction of what it tells of.
pub async fn record(tx: &mut Tx, entry: Entry, origin: &Origin, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (at, kind, user_id, actor_user_id, actor_api_key_id, address, user_agent, request_id, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        now as _,
        entry.kind.name(),
        entry.user as _,
        entry.actor_user as _,
        entry.actor_api_key as _,
        origin.address_text(),
        origin.user_agent,
        origin.request_id,
        entry.details
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}
