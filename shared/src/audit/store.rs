//! SQL of the audit log.

use super::{AuditEntry, AuditFilter, AuditRecord};
use crate::app::db::{KeysetBounds, Tx};
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// Writes a record in the transaction of the change that it reports.
pub async fn record(tx: &mut Tx, entry: AuditRecord, client_info: &ClientInfo, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (at, kind, user_id, actor_user_id, actor_api_key_id, address, user_agent, request_id, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        now as _,
        entry.kind.as_str(),
        entry.user as _,
        entry.actor_user as _,
        entry.actor_api_key as _,
        client_info.address_text(),
        client_info.user_agent,
        client_info.request_id,
        entry.details
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// A page of the entries that pass the filter, newest first.
pub async fn list(tx: &mut Tx, filter: &AuditFilter, bounds: KeysetBounds<i64>) -> sqlx::Result<Vec<AuditEntry>> {
    sqlx::query_as!(
        AuditEntry,
        "select id, at, kind, user_id, actor_user_id as actor_id, actor_api_key_id, address, user_agent, request_id, details
           from audit_log
          where ($1::bigint is null or user_id = $1) and ($2::bigint is null or actor_user_id = $2)
            and ($3::text is null or kind = $3)
            and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
            and ($6::bigint is null or id < $6) and ($7::bigint is null or id > $7)
            and ($9::uuid is null or actor_api_key_id = $9)
          order by case when $7::bigint is null then id end desc, id
          limit $8",
        filter.user as _,
        filter.actor as _,
        filter.kind,
        filter.from as _,
        filter.to as _,
        bounds.after,
        bounds.before,
        bounds.limit,
        filter.actor_api_key as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the records that pass the filter.
pub async fn count(tx: &mut Tx, filter: &AuditFilter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from audit_log
            where ($1::bigint is null or user_id = $1) and ($2::bigint is null or actor_user_id = $2)
              and ($3::text is null or kind = $3)
              and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
              and ($6::uuid is null or actor_api_key_id = $6)"#,
        filter.user as _,
        filter.actor as _,
        filter.kind,
        filter.from as _,
        filter.to as _,
        filter.actor_api_key as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Deletes at most `limit` records that are older than 400 days; returns how many it deleted.
pub async fn forget(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select forget_audit($1, $2) as "forgotten!""#, now as _, limit).fetch_one(&mut *tx).await
}
