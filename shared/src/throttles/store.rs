//! Limits in SQL.

use super::{Limit, Rule, Subject};
use crate::app::db::Tx;
use crate::time::Timestamp;

/// Counts a try; `Some` where it may not be made, with the seconds to wait, and then it was not counted.
///
/// The transaction is to be committed before the try is made. Where several limits count one try, always in the same order:
/// each holds its row until then.
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

/// Takes one try back: it was a good one, and others from there need not wait for it.
pub async fn refund(tx: &mut Tx, limit: Limit, subject: &Subject, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(r#"select throttle_refund($1, $2, $3) as "done: ()""#, limit.rule().scope, subject.0, now as _)
        .fetch_one(&mut *tx)
        .await
        .map(drop)
}

/// Forgets every try: whoever it was has shown who they are.
pub async fn forget(tx: &mut Tx, limit: Limit, subject: &Subject) -> sqlx::Result<()> {
    sqlx::query!("delete from throttles where scope = $1 and subject = $2", limit.rule().scope, subject.0)
        .execute(&mut *tx)
        .await
        .map(drop)
}
