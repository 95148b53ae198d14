//! SQL of the audit log.

use super::{AuditEntry, AuditFilter, AuditRecord};
use crate::app::db::Tx;
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// Writes a record in the transaction of the change that it reports.
pub async fn record(tx: &mut Tx, entry: AuditRecord, client_info: &ClientInfo, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (at, kind, user_id, actor_user_id, actor_api_key_id, address, user_agent, request_id, details)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        now as _,
        entry.kind.name(),
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

/// Selects the records that pass the filter. PostgreSQL removes conditions that are null when it plans the query, so each direction walks
/// an index.
macro_rules! walk {
    ($tx:ident, $filter:ident, $beyond:literal $order:literal, $id:ident, $limit:ident) => {
        sqlx::query_as!(
            AuditEntry,
            "select id, at, kind, user_id, actor_user_id as actor_id, actor_api_key_id, address, user_agent, request_id, details
               from audit_log
              where ($1::bigint is null or user_id = $1) and ($2::bigint is null or actor_user_id = $2)
                and ($3::text is null or kind = $3)
                and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
                and ($6::bigint is null or id "
                + $beyond
                + " $6) order by id "
                + $order
                + " limit $7",
            $filter.user as _,
            $filter.actor as _,
            $filter.kind,
            $filter.from as _,
            $filter.to as _,
            $id,
            $limit
        )
        .fetch_all(&mut *$tx)
        .await
    };
}

/// Lists records, newest first, at most `limit` of those older than `than`, or of all.
pub async fn list_older(
    tx: &mut Tx,
    filter: &AuditFilter,
    than: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<AuditEntry>> {
    walk!(tx, filter, "<" "desc", than, limit)
}

/// Lists records, oldest first, at most `limit` of those newer than `than`.
pub async fn list_newer(tx: &mut Tx, filter: &AuditFilter, than: i64, limit: i64) -> sqlx::Result<Vec<AuditEntry>> {
    walk!(tx, filter, ">" "asc", than, limit)
}

/// Counts the records that pass the filter.
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

/// Deletes at most `limit` records that are older than 400 days; returns how many it deleted.
pub async fn forget(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select forget_audit($1, $2) as "forgotten!""#, now as _, limit).fetch_one(&mut *tx).await
}
