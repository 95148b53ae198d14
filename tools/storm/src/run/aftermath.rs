//! The time after the faults: outcomes become known, and events and mails go out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use command_line::terminal::say;
use shared::app::db::Connector;
use sqlx::postgres::PgConnection;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::{PROGRESS, Storm, report};
use crate::actors::buyer::{Buyer, Unknown};
use crate::consumer::{Consumers, Surroundings};

/// Maximum time in which a buyer learns the outcomes.
const OUTCOMES: Duration = Duration::from_secs(60);
/// Time without anything to do after which everything has settled: longer than a statement of a client that has hung up can wait for a lock.
const QUIET: Duration = Duration::from_secs(3);

/// Lets each buyer repeat the checkouts whose outcome is unknown.
pub(super) async fn resolve(returned: Vec<(Buyer, Vec<Unknown>)>) {
    let ends = Instant::now() + OUTCOMES;
    let mut resolving = JoinSet::new();
    for (mut buyer, unknown) in returned {
        resolving.spawn(async move {
            for checkout in unknown {
                buyer.resolve(checkout, ends).await;
            }
        });
    }
    resolving.join_all().await;
}

impl Storm {
    /// Waits until nothing is left to send, for a bounded time; the checks say then what is left.
    pub(super) async fn wait_for_quiet(
        &self,
        surroundings: &Surroundings,
        consumers: &Consumers,
    ) -> anyhow::Result<()> {
        let ends = Instant::now() + self.plan.aftermath;
        let mut connection = Connector::to(self.owner.clone()).connect().await?;
        let mut next_progress = Instant::now() + PROGRESS;
        let mut quiet_since = Instant::now();
        while Instant::now() < ends {
            if consumers.have_failed() {
                // `Consumers::stop` returns the error.
                return Ok(());
            }
            let (unsent, claimed) = backlog(&mut connection).await?;
            let is_working = self.working.load(Ordering::SeqCst) || self.recorder.lock().unobserved > 0;
            let is_quiet = surroundings.queue.is_empty() && consumers.are_idle() && !is_working;
            if unsent > 0 || claimed > 0 || !is_quiet {
                quiet_since = Instant::now();
            }
            if quiet_since.elapsed() >= QUIET {
                say("everything has settled");
                return Ok(());
            }
            if Instant::now() >= next_progress {
                next_progress = Instant::now() + PROGRESS;
                let waiting = format!("{unsent} events not sent, {claimed} mails claimed");
                report::say_progress(&self.recorder.lock(), surroundings, &waiting);
            }
            sleep(Duration::from_millis(200)).await;
        }
        say(format_args!("after {} s not everything has settled", self.plan.aftermath.as_secs()));
        Ok(())
    }
}

async fn backlog(connection: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "select (select count(*) from outbox where sent_at is null), (select count(*) from mail_log where status = 'claimed')",
    )
    .fetch_one(connection)
    .await
}
