//! One step of the relay: claims one event, sends it and marks it as sent.

use anyhow::{Context as _, anyhow};
use shared::outbox::Event;
use shared::outbox::store::{claim_due, mark_sent, record_failure};
use shared::trace::Trace;
use tokio::time::timeout;

use crate::Relay;

/// Seconds that an event waits after its first failure. This is longer than the time limit of the queue, so that no other run sends the event at the
/// same time.
const FIRST_WAIT_SECONDS: i64 = 15;
/// Maximum number of seconds that an event waits, so that mails are sent soon after the queue works again.
const MAX_WAIT_SECONDS: i64 = 600;

/// Outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The queue has accepted the event.
    Sent,
    /// The event could not be sent and waits for its next attempt.
    Failed,
    /// No event is due.
    NothingDue,
}

/// Sends the event that has been due longest.
pub async fn relay_one(relay: &Relay) -> anyhow::Result<Step> {
    let now = relay.clock.now();
    let mut tx = relay.db.begin().await?;
    let due = claim_due(&mut tx, now, |attempts| now.plus_seconds(wait_seconds(attempts))).await?;
    tx.commit().await?;
    let Some(due) = due else { return Ok(Step::NothingDue) };
    // Each event gets one log line, sent or failed.
    let (event_id, attempt, trace_id) = (due.id, due.attempts + 1, due.trace().map(Trace::id));
    let sent = match &due.event {
        Ok(event) => send(relay, event, due.trace()).await,
        Err(error) => Err(anyhow!("the row is not an event: {error}")),
    };
    match sent {
        Ok(()) => {
            mark_sent(&relay.db, due.id, relay.clock.now()).await?;
            tracing::info!(%event_id, attempt, trace_id, "event sent");
            Ok(Step::Sent)
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(%event_id, attempt, trace_id, error, "event could not be sent");
            let mut tx = relay.db.begin().await?;
            record_failure(&mut tx, due.id, &error).await?;
            tx.commit().await?;
            Ok(Step::Failed)
        }
    }
}

async fn send(relay: &Relay, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()> {
    let sent = timeout(relay.limits.with_queue, relay.queue.send(event, trace)).await;
    sent.context("the queue did not answer in time")?
}

/// Returns the seconds until the next attempt: they double after each attempt, up to ten minutes.
fn wait_seconds(attempts: i32) -> i64 {
    let doublings = attempts.clamp(0, 16);
    (FIRST_WAIT_SECONDS << doublings).min(MAX_WAIT_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_ends_at_ten_minutes() {
        let waits: Vec<i64> = [0, 1, 2, 5, 6, 1000, i32::MAX].map(wait_seconds).into();
        assert_eq!(waits, [15, 30, 60, 480, 600, 600, 600]);
    }
}
