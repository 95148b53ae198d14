//! SQL of the limits.

use super::{Limit, Rule, Subject};
use crate::app::db::Tx;
use crate::time::Timestamp;

/// Counts an attempt, for a client with a larger network for both. Returns the seconds to wait if the attempt may not be made; it is then not counted.
///
/// The caller commits the transaction before it makes the attempt, or calls this last in the transaction of the attempt: the row that it counts in stays
/// locked until the commit. Several limits of one attempt are always counted in the same order,
/// because each holds its row until the commit.
pub async fn count(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<Option<u32>> {
    let Rule { scope, free, window_seconds, longest_seconds } = limit.rule();
    let wait = sqlx::query_scalar!(
        r#"select throttle_client($1, $2, $7, $3, $4, $5::bigint * interval '1 second', $6::bigint * interval '1 second') as "wait!""#,
        scope,
        subject.digest,
        now as _,
        free,
        window_seconds,
        longest_seconds,
        subject.network
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(seconds(wait))
}

/// Returns the seconds that [`count`] would make the attempt wait, as far as others have counted; without a lock and without counting.
pub async fn wait(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<Option<u32>> {
    let scope = limit.rule().scope;
    let wait = sqlx::query_scalar!(
        r#"select throttle_wait($1, $2, $3, $4) as "wait!""#,
        scope,
        subject.digest,
        subject.network,
        now as _
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(seconds(wait))
}

/// Records a successful log-in: the attempts with its address are deleted, and this attempt does not count against the client.
pub async fn log_in_succeeded(tx: &mut Tx, email: &Subject, client: &Subject, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select throttle_log_in_succeeded($1, $2, $3, $4, $5, $6) as "done: ()""#,
        Limit::LogInAs.rule().scope,
        email.digest,
        Limit::LogInFrom.rule().scope,
        client.digest,
        client.network,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
    .map(drop)
}

/// Takes back an attempt that was counted and has succeeded, for limits that count only failures.
pub async fn take_back(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select throttle_client_take_back($1, $2, $3, $4) as "done: ()""#,
        limit.rule().scope,
        subject.digest,
        subject.network,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
    .map(drop)
}

/// Deletes the counted attempts of a subject that has proved its identity.
pub async fn reset(tx: &mut Tx, limit: Limit, subject: &Subject) -> sqlx::Result<()> {
    sqlx::query!("delete from throttles where scope = $1 and subject = $2", limit.rule().scope, subject.digest)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Returns the wait as the database counts it; `None` if there is none.
fn seconds(wait: i32) -> Option<u32> {
    u32::try_from(wait).ok().filter(|wait| *wait > 0)
}
