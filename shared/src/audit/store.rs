//! The audit log in SQL.

use super::{AuditEntry, AuditFilter, Entry};
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

/// Lines, newest first: those older than `after`, or the nearest ones newer than `before`, oldest first; at most `limit`.
pub async fn list(
    tx: &mut Tx,
    filter: &AuditFilter,
    (after, before): (Option<i64>, Option<i64>),
    limit: i64,
) -> sqlx::Result<Vec<AuditEntry>> {
    sqlx::query_as!(
        AuditEntry,
        "select id, at, kind, user_id, actor_user_id as actor_id, actor_api_key_id, address, user_agent, request_id, details
           from audit_log
          where ($1::bigint is null or user_id = $1) and ($2::bigint is null or actor_user_id = $2)
            and ($3::text is null or kind = $3)
            and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
            and ($6::bigint is null or id < $6) and ($7::bigint is null or id > $7)
          order by case when $7::bigint is null then id end desc, case when $7::bigint is not null then id end
          limit $8",
        filter.user as _,
        filter.actor as _,
        filter.kind,
        filter.from as _,
        filter.to as _,
        after,
        before,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// How many lines there are.
pub async fn count(tx: &mut Tx, filter: &AuditFilter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from audit_log
            where ($1::bigint is null or user_id = $1) and ($2::bigint is null or actor_user_id = $2)
              and ($3::text is null or kind = $3)
              and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)"#,
        filter.user as _,
        filter.actor as _,
        filter.kind,
        filter.from as _,
        filter.to as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Forgets lines that are older than 400 days, at most `limit` of them; how many it were.
pub async fn forget(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select forget_audit($1, $2) as "forgotten!""#, now as _, limit).fetch_one(&mut *tx).await
}
