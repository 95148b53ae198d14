//! A replica of the database, which is read for as long as it answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::pool::Pool;
use super::temporary::breaks_the_connection;

/// Maximum time until a replica has answered, connecting included; after it the writer is read. A proxy without a replica to talk to accepts a
/// connection and then lets the first statement wait.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Time for which a replica that did not answer is left alone, so that not every request waits for it.
const LEFT_ALONE_FOR: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Replica {
    pub(super) pool: Arc<Pool>,
    away_since: Mutex<Option<Instant>>,
}

impl Replica {
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool: Arc::new(pool), away_since: Mutex::new(None) }
    }

    /// Returns the outcome of `read`, which reads from this replica; `None` if the replica is away. What the replica itself refuses is an
    /// outcome.
    pub(super) async fn answers<T>(&self, read: impl Future<Output = sqlx::Result<T>>) -> Option<sqlx::Result<T>> {
        if self.is_left_alone() {
            return None;
        }
        let error = match timeout(ANSWER_TIMEOUT, read).await {
            Ok(Err(error)) if breaks_the_connection(&error) => error,
            Ok(outcome) => return Some(outcome),
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        let seconds = LEFT_ALONE_FOR.as_secs();
        tracing::warn!(error = %error, "the replica does not answer; for {seconds} seconds the writer is read instead");
        *self.away_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        None
    }

    fn is_left_alone(&self) -> bool {
        let away_since = *self.away_since.lock().unwrap_or_else(PoisonError::into_inner);
        away_since.is_some_and(|since| since.elapsed() < LEFT_ALONE_FOR)
    }
}
