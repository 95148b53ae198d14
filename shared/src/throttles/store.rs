//! SQL of the limits.

use super::{Limit, Rule, Subject};
use crate::app::db::Tx;
use crate::time::Timestamp;

/// Counts an attempt. Returns the seconds to wait if the attempt may not be made; it is then not counted.
///
/// The caller commits the transaction before it makes the attempt. Several limits of one attempt are always counted in the same order,
/// because each holds its row until the commit.
pub async fn count(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<Option<u32>> {
    let Rule { scope, free, window_seconds, longest_seconds } = limit.rule();
    let wait = sqlx::query_scalar!(
        r#"select throttle($1, $2, $3, $4, $5::bigint * interval '1 second', $6::bigint * interval '1 second') as "wait!""#,
        scope,
        subject.0,
        now as _,
        free,
        window_seconds,
        longest_seconds
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(u32::try_from(wait).ok().filter(|wait| *wait > 0))
}

/// Counts a log-in with this address from this client, both limits in one round trip, like [`count`] does for one.
pub async fn count_log_in(tx: &mut Tx, email: &Subject, client: &Subject, now: Timestamp) -> sqlx::Result<Option<u32>> {
    let (log_in_as, log_in_from) = (Limit::LogInAs.rule(), Limit::LogInFrom.rule());
    let wait = sqlx::query_scalar!(
        r#"select greatest(
               throttle($1, $2, $9, $3, $4::bigint * interval '1 second', $10::bigint * interval '1 second'),
               throttle($5, $6, $9, $7, $8::bigint * interval '1 second', $11::bigint * interval '1 second')) as "wait!""#,
        log_in_as.scope,
        email.0,
        log_in_as.free,
        log_in_as.window_seconds,
        log_in_from.scope,
        client.0,
        log_in_from.free,
        log_in_from.window_seconds,
        now as _,
        log_in_as.longest_seconds,
        log_in_from.longest_seconds
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(u32::try_from(wait).ok().filter(|wait| *wait > 0))
}

/// Records a successful log-in: the attempts with its address are deleted, and this attempt does not count against the client.
pub async fn log_in_succeeded(tx: &mut Tx, email: &Subject, client: &Subject, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select throttle_log_in_succeeded($1, $2, $3, $4, $5) as "done: ()""#,
        Limit::LogInAs.rule().scope,
        email.0,
        Limit::LogInFrom.rule().scope,
        client.0,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
    .map(drop)
}

/// Takes back an attempt that was counted and has succeeded, for limits that count only failures.
pub async fn take_back(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(r#"select throttle_take_back($1, $2, $3) as "done: ()""#, limit.rule().scope, subject.0, now as _)
        .fetch_one(&mut *tx)
        .await
        .map(drop)
}

/// Deletes the counted attempts of a subject that has proved its identity.
pub async fn reset(tx: &mut Tx, limit: Limit, subject: &Subject) -> sqlx::Result<()> {
    sqlx::query!("delete from throttles where scope = $1 and subject = $2", limit.rule().scope, subject.0)
        .execute(&mut *tx)
        .await
        .map(drop)
}
