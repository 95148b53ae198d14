//! SQL of the audit log for the admin pages.

use serde_json::Value;

use crate::app::db::Tx;
use crate::time::Timestamp;

/// A record with the names of those whom it is about.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Id of the record; later records have larger ids.
    pub id: i64,
    /// Time of the event.
    pub at: Timestamp,
    /// Kind of the event.
    pub kind: String,
    /// The account or API key that did it; `None` if unknown.
    pub actor: Option<String>,
    /// The account that it is about.
    pub about: Option<String>,
    /// IP address of the client.
    pub address: Option<String>,
    /// Further details, which depend on the kind.
    pub details: Value,
}

/// A filter of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSearch<'a> {
    /// All records of the log.
    Any,
    /// Records of this kind.
    Kind(&'a str),
    /// Records of what the account with this email address did.
    Actor(&'a str),
}

/// Lists the records that the filter passes, newest first, at most `limit` of those older than `after`.
pub async fn list(tx: &mut Tx, search: AuditSearch<'_>, after: Option<i64>, limit: i64) -> sqlx::Result<Vec<AuditRow>> {
    let (kind, actor) = match search {
        AuditSearch::Any => (None, None),
        AuditSearch::Kind(kind) => (Some(kind), None),
        AuditSearch::Actor(email) => (None, Some(email)),
    };
    sqlx::query_as!(
        AuditRow,
        "select l.id, l.at, l.kind, actor_name(l.actor_user_id, l.actor_api_key_id) as actor, actor_name(l.user_id, null) as about, l.address,
                l.details
           from audit_log l
          where ($1::text is null or l.kind = $1)
            and ($2::text is null or l.actor_user_id = (select u.id from users u where lower(u.email) = lower($2)))
            and ($3::bigint is null or l.id < $3)
          order by l.id desc
          limit $4",
        kind,
        actor,
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await
}
