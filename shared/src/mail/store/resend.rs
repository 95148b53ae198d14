//! SQL that sends mails again: those that failed for good, for staff, and those that the queue has given up, for `scheduler`. The event of a
//! mail is put back into the outbox as if it were new, and `outbox-relay` sends it. The event's row is locked before that of the mail.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{EventId, UserId};
use crate::time::Timestamp;

/// Seconds without a try after which the queue has given up a mail: longer than the time between two deliveries of a message.
const GIVEN_UP_SECONDS: i64 = 60 * 60;
/// Seconds after which a mail that could not be sent has failed: then its links expire, and its news is old.
const MAX_AGE_SECONDS: i64 = 3 * 24 * 60 * 60;

/// A mail that has failed for good.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedMail {
    /// Id of the event that the mail is about; later mails have larger ids.
    pub id: EventId,
    /// Kind of the event.
    #[schema(example = "order_placed")]
    pub kind: String,
    /// Address of the recipient.
    pub recipient: String,
    /// Id of the account that the mail is for; null if it is for an address without an account.
    pub user_id: Option<UserId>,
    /// Time of the first try to send the mail.
    pub created_at: Timestamp,
    /// Time at which the mail failed.
    pub failed_at: Timestamp,
    /// Number of tries to send the mail.
    #[schema(example = 1)]
    pub attempts: i32,
    /// Reason of the last failure; null if it is unknown, and after the account was deleted.
    #[schema(example = "the mail was refused: MessageRejected")]
    pub error: Option<String>,
}

/// The reasons why a mail cannot be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResendError {
    /// There is no such mail.
    NotFound,
    /// The mail was sent, or is still being sent.
    NotFailed,
    /// The event that the mail is about was deleted.
    EventDeleted,
}

/// Lists a page of the mails that have failed, newest first.
pub async fn list_failed(tx: &mut Tx, bounds: KeysetBounds<EventId>) -> sqlx::Result<Vec<FailedMail>> {
    sqlx::query_as!(
        FailedMail,
        r#"select event_id as id, kind, recipient, user_id, created_at, finished_at as "failed_at!", attempts, error
           from mail_log
          where status = 'failed' and ($1::uuid is null or event_id < $1) and ($2::uuid is null or event_id > $2)
          order by case when $2::uuid is null then event_id end desc, event_id
          limit $3"#,
        bounds.after as _,
        bounds.before as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the mails that have failed.
pub async fn count_failed(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from mail_log where status = 'failed'"#)
        .fetch_one(&mut *tx)
        .await
}

/// Makes a mail that has failed due again; returns its kind and the account that it is for.
pub async fn resend_failed(
    tx: &mut Tx,
    mail: EventId,
    now: Timestamp,
) -> sqlx::Result<Result<(String, Option<UserId>), ResendError>> {
    let has_event = sqlx::query_scalar!("select id from outbox where id = $1 for update", mail as _)
        .fetch_optional(&mut *tx)
        .await?
        .is_some();
    let status = sqlx::query_scalar!("select status from mail_log where event_id = $1 for update", mail as _)
        .fetch_optional(&mut *tx)
        .await?;
    match status.as_deref() {
        None => return Ok(Err(ResendError::NotFound)),
        Some("failed") if has_event => {}
        Some("failed") => return Ok(Err(ResendError::EventDeleted)),
        Some(_) => return Ok(Err(ResendError::NotFailed)),
    }
    sqlx::query!(
        "update outbox set sent_at = null, created_at = $2, next_attempt_at = $2, attempts = 0 where id = $1",
        mail as _,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    let resent = sqlx::query!(
        "update mail_log set status = 'claimed', claimed_until = $2, finished_at = null where event_id = $1
         returning kind, user_id",
        mail as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Ok((resent.kind, resent.user_id)))
}

/// Makes at most `limit` mails due again that are not sent and that no consumer has tried to send for an hour; returns how many.
pub async fn resend_given_up(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "update outbox set sent_at = null, created_at = $1, next_attempt_at = $1, attempts = 0
          where id in (
                select o.id
                  from mail_log m join outbox o on o.id = m.event_id
                 where m.status = 'claimed' and m.claimed_until < $2 and m.created_at >= $3 and o.sent_at < $2
                 order by m.claimed_until
                 limit $4
                   for update of o skip locked)",
        now as _,
        now.plus_seconds(-GIVEN_UP_SECONDS) as _,
        now.plus_seconds(-MAX_AGE_SECONDS) as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}

/// Marks at most `limit` mails as failed that could not be sent for three days; returns how many.
pub async fn fail_old(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "update mail_log set status = 'failed', finished_at = $1
          where event_id in (
                select event_id
                  from mail_log
                 where status = 'claimed' and claimed_until < $2 and created_at < $3
                 order by claimed_until
                 limit $4
                   for update skip locked)",
        now as _,
        now.plus_seconds(-GIVEN_UP_SECONDS) as _,
        now.plus_seconds(-MAX_AGE_SECONDS) as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
