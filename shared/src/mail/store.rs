//! The mail log in SQL: who may send which mail, and what became of it.
//!
//! A claim is a lease. It is given back when the mail was certainly not sent, kept until it ends when nobody knows, and
//! closed by a mark when the mail was sent or never will be.

use crate::app::db::Tx;
use crate::ids::{EventId, UserId};
use crate::time::Timestamp;

/// A mail to be claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claiming<'a> {
    /// The event that it tells of. One event, one mail.
    pub event: EventId,
    /// What kind of event it is.
    pub kind: &'a str,
    /// Where the mail goes.
    pub recipient: &'a str,
    /// Whose mail it is, where it is an account's. One that is being erased keeps the claim waiting, and then refuses it.
    pub user: Option<UserId>,
    /// When.
    pub now: Timestamp,
    /// Until when nobody else may send it.
    pub until: Timestamp,
}

/// The right to send one mail. A later attempt takes it over, and what an earlier one still has to say is not heard then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    event: EventId,
    number: i32,
}

/// Whether a mail may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Yes, and nobody else may until the claim ends.
    Ours(Attempt),
    /// Somebody else may, and has not said yet what became of it.
    Busy,
    /// It was sent, or never will be.
    Done,
}

/// Claims a mail. Two at once: the second waits for the first's commit, and finds it busy.
pub async fn claim(tx: &mut Tx, claiming: Claiming<'_>) -> sqlx::Result<Claim> {
    let number = sqlx::query_scalar!(
        "insert into mail_log as m (event_id, kind, recipient, status, claimed_until, created_at, user_id)
         values ($1, $2, $3, 'claimed', $4, $5, $6)
         on conflict (event_id) do update
            set claimed_until = excluded.claimed_until, recipient = excluded.recipient, attempts = m.attempts + 1
          where m.status = 'claimed' and m.claimed_until <= $5
         returning attempts",
        claiming.event as _,
        claiming.kind,
        claiming.recipient,
        claiming.until as _,
        claiming.now as _,
        claiming.user as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(number) = number {
        return Ok(Claim::Ours(Attempt { event: claiming.event, number }));
    }
    let status = sqlx::query_scalar!("select status from mail_log where event_id = $1", claiming.event as _)
        .fetch_one(&mut *tx)
        .await?;
    Ok(if status == "claimed" { Claim::Busy } else { Claim::Done })
}

/// The mail was sent, whoever holds the claim by now.
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

/// The mail will never be sent.
pub async fn mark_failed(tx: &mut Tx, attempt: Attempt, error: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update mail_log set status = 'failed', error = $3, finished_at = $4
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

/// The mail was not sent: the next who comes may try at once.
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

/// Nobody knows whether the mail was sent: the claim goes on until it ends by itself.
pub async fn note_doubt(tx: &mut Tx, attempt: Attempt, error: &str) -> sqlx::Result<()> {
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
