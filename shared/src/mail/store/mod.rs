//! SQL of the mail log: which attempt may send a mail, and its result.
//!
//! A claim is a lease. It is released when the mail was certainly not sent, left to expire when that is unknown, and closed when the mail
//! was sent or never will be.

pub mod resend;

use crate::app::db::Tx;
use crate::ids::{EventId, UserId};
use crate::time::Timestamp;

/// A claim to make.
#[derive(Clone, Copy, Debug)]
pub struct NewClaim<'a> {
    /// Event that the mail is about; there is one mail for each event.
    pub event: EventId,
    /// Kind of the event.
    pub kind: &'a str,
    /// Address of the recipient.
    pub recipient: &'a str,
    /// Account that the mail is for. If the account is being erased, the claim waits for that and is then refused.
    pub user: Option<UserId>,
    /// The current time.
    pub now: Timestamp,
    /// Time until which no other attempt may send the mail.
    pub until: Timestamp,
}

/// The right to send one mail. When a later attempt has taken over, the results of the earlier one are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    event: EventId,
    number: i32,
}

impl Attempt {
    /// Returns true if no attempt to send this mail was made before.
    pub fn is_first(self) -> bool {
        self.number == 1
    }
}

/// Result of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// This attempt may send the mail, and no other may until the claim ends.
    Granted(Attempt),
    /// Another attempt holds the claim, and its result is not known yet.
    Busy,
    /// The mail was sent or never will be.
    Done,
}

/// Claims a mail. Of two concurrent claims, the second waits for the first to commit and gets [`Claim::Busy`].
pub async fn claim(tx: &mut Tx, new: NewClaim<'_>) -> sqlx::Result<Claim> {
    let number = sqlx::query_scalar!(
        "insert into mail_log as m (event_id, kind, recipient, status, claimed_until, created_at, user_id)
         values ($1, $2, $3, 'claimed', $4, $5, $6)
         on conflict (event_id) do update
            set claimed_until = excluded.claimed_until, recipient = excluded.recipient, attempts = m.attempts + 1
          where m.status = 'claimed' and m.claimed_until <= $5
         returning attempts",
        new.event as _,
        new.kind,
        new.recipient,
        new.until as _,
        new.now as _,
        new.user as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(number) = number {
        return Ok(Claim::Granted(Attempt { event: new.event, number }));
    }
    let status = sqlx::query_scalar!("select status from mail_log where event_id = $1", new.event as _)
        .fetch_one(&mut *tx)
        .await?;
    Ok(if status == "claimed" { Claim::Busy } else { Claim::Done })
}

/// Returns true if no other attempt has taken over and none may until this time.
pub async fn is_held(tx: &mut Tx, attempt: Attempt, until: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from mail_log where event_id = $1 and attempts = $2 and status = 'claimed' and claimed_until >= $3) as "held!""#,
        attempt.event as _,
        attempt.number,
        until as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Marks the mail as sent, also if another attempt holds the claim now.
pub async fn mark_sent(tx: &mut Tx, attempt: Attempt, message_id: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail_log set status = 'sent', message_id = $2, error = null, finished_at = $3
          where event_id = $1 and status = 'claimed'",
        attempt.event as _,
        message_id,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Marks the mail as failed for good.
pub async fn mark_failed(tx: &mut Tx, attempt: Attempt, error: &str, now: Timestamp) -> sqlx::Result<()> {
    end_unsent(tx, attempt, "failed", error, now).await
}

/// Marks the mail as one that will not be sent because of a limit.
pub async fn mark_suppressed(tx: &mut Tx, attempt: Attempt, reason: &str, now: Timestamp) -> sqlx::Result<()> {
    end_unsent(tx, attempt, "suppressed", reason, now).await
}

/// Gives a mail that this attempt holds and has not sent its last status.
async fn end_unsent(tx: &mut Tx, attempt: Attempt, status: &str, reason: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail_log set status = $3, error = $4, finished_at = $5
          where event_id = $1 and attempts = $2 and status = 'claimed'",
        attempt.event as _,
        attempt.number,
        status,
        reason,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Marks a mail as failed that an earlier attempt has claimed and that is no longer due, for this reason. While an attempt holds it, nothing is done
/// and false is returned.
pub async fn mark_not_due(tx: &mut Tx, event: EventId, reason: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query!(
        "update mail_log set status = 'failed', error = $2, finished_at = $3
          where event_id = $1 and status = 'claimed' and claimed_until <= $3",
        event as _,
        reason,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    let status = sqlx::query_scalar!("select status from mail_log where event_id = $1", event as _)
        .fetch_optional(&mut *tx)
        .await?;
    Ok(status.as_deref() != Some("claimed"))
}

/// Releases a mail that was not sent, so that the next attempt may begin at once.
pub async fn release(tx: &mut Tx, attempt: Attempt, error: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail_log set claimed_until = $4, error = $3
          where event_id = $1 and attempts = $2 and status = 'claimed'",
        attempt.event as _,
        attempt.number,
        error,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Stores the error of a mail for which it is unknown whether it was sent. The claim stays until it expires.
pub async fn mark_unknown(tx: &mut Tx, attempt: Attempt, error: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail_log set error = $3 where event_id = $1 and attempts = $2 and status = 'claimed'",
        attempt.event as _,
        attempt.number,
        error
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Seconds for which the record of a mail is kept: far longer than a message can come again, and long enough for questions about a mail.
const KEPT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Deletes at most `limit` records of mails that ended long ago; returns their number.
pub async fn delete_old(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from mail_log where event_id in (
             select event_id from mail_log where created_at < $1 and status <> 'claimed' order by created_at limit $2 for update skip locked)",
        now.plus_seconds(-KEPT_SECONDS) as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
