//! Records the result of sending a mail. A mail that was sent and not recorded is sent again, so the record is tried for as long as there is
//! time: a database may restart or fail over in the meantime.

use std::time::Duration;

use shared::mail::SendError;
use shared::mail::store::{Attempt, mark_failed, mark_sent, mark_unknown, release};
use tokio::time::{Instant, sleep, timeout};

use crate::Notifications;

/// Wait after the first try. Each wait is twice as long as the one before, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Maximum wait between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(2);
/// Maximum duration of one try: a connection that was cut off silently never answers.
const TRY_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of tries, more than fit into the time of a batch.
const MAX_TRIES: u32 = 100;

/// Records the result, and returns the last error if that is not possible until `ends`. Only the result of a mail that was sent is tried again:
/// after the other results, nothing is lost if the queue delivers the message again.
pub(crate) async fn record(
    notifications: &Notifications,
    attempt: Attempt,
    sent: &Result<String, SendError>,
    ends: Instant,
) -> anyhow::Result<()> {
    let mut recorded = try_once(notifications, attempt, sent, ends).await;
    let mut pause = FIRST_PAUSE;
    for _ in 1..MAX_TRIES {
        if recorded.is_ok() || sent.is_err() || Instant::now() + pause >= ends {
            break;
        }
        notifications.db.rollback_abandoned().await;
        sleep(pause).await;
        pause = MAX_PAUSE.min(pause * 2);
        recorded = try_once(notifications, attempt, sent, ends).await;
    }
    recorded
}

async fn try_once(
    notifications: &Notifications,
    attempt: Attempt,
    sent: &Result<String, SendError>,
    ends: Instant,
) -> anyhow::Result<()> {
    let left = ends.saturating_duration_since(Instant::now());
    timeout(TRY_TIMEOUT.min(left), write(notifications, attempt, sent)).await??;
    Ok(())
}

async fn write(notifications: &Notifications, attempt: Attempt, sent: &Result<String, SendError>) -> sqlx::Result<()> {
    let mut tx = notifications.db.begin().await?;
    let now = notifications.clock.now();
    match sent {
        Ok(mail_id) => mark_sent(&mut tx, attempt, mail_id, now).await?,
        Err(SendError::Permanent(error)) => mark_failed(&mut tx, attempt, error, now).await?,
        Err(SendError::Temporary(error)) => release(&mut tx, attempt, error, now).await?,
        Err(SendError::Unknown(error)) => mark_unknown(&mut tx, attempt, error).await?,
    }
    tx.commit().await
}
