//! The faults in their order, one or two at a time.

use std::sync::Arc;
use std::time::Duration;

use command_line::terminal::say;
use local_postgres::Cluster;
use shared::app::db::Connector;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::faults::{Fault, Weather};
use crate::seeded::Seeded;

/// Maximum time after the end of the storm for faults that have not struck: a fault of SES, for example, needs a mail.
const STRAGGLERS: Duration = Duration::from_secs(60);

/// The source of the faults.
pub(super) struct Schedule {
    pub(super) weather: Arc<Weather>,
    pub(super) cluster: Arc<Cluster>,
    pub(super) owner: PgConnectOptions,
    pub(super) seeded: Seeded,
    /// True if the storm goes on until each fault has struck.
    pub(super) all_strike: bool,
    /// Held by a fault that stops PostgreSQL until it runs again: the next one waits.
    pub(super) stopping: Arc<Mutex<()>>,
}

impl Schedule {
    /// Begins faults until the time is over. Each fault comes once before any comes again, and those that have not struck yet come first.
    pub(super) async fn run(mut self, faults: Vec<Fault>, ends: Instant) -> anyhow::Result<()> {
        let mut deck = Vec::new();
        let mut running: JoinSet<anyhow::Result<()>> = JoinSet::new();
        while Instant::now() < ends {
            if deck.is_empty() {
                deck.clone_from(&faults);
                self.seeded.shuffle(&mut deck);
                // Taken from the end.
                deck.sort_by_key(|fault| self.weather.struck(*fault) == 0);
            }
            if let Some(fault) = deck.pop() {
                self.begin(fault, &mut running);
            }
            // What failed ends the storm at once, not after an hour.
            while let Some(done) = running.try_join_next() {
                done??;
            }
            let pause = self.seeded.millis(600..2_400);
            sleep(pause.min(ends.saturating_duration_since(Instant::now()))).await;
        }
        let late = Instant::now() + STRAGGLERS;
        while self.all_strike && Instant::now() < late {
            let missing: Vec<Fault> = faults.iter().copied().filter(|fault| self.weather.struck(*fault) == 0).collect();
            if missing.is_empty() {
                break;
            }
            for fault in missing {
                self.begin(fault, &mut running);
            }
            sleep(Duration::from_secs(3)).await;
        }
        // A restart that has begun ends before anything is checked.
        while let Some(done) = running.join_next().await {
            done??;
        }
        Ok(())
    }

    fn begin(&mut self, fault: Fault, running: &mut JoinSet<anyhow::Result<()>>) {
        // An outage of an RDS that fails over is one of the long ones.
        let lasting = if self.seeded.chance(20) { 6_000..15_000 } else { 400..3_500 };
        let lasting = self.seeded.millis(lasting);
        say(format_args!("fault  {}", fault.name()));
        match fault {
            Fault::Restart => {
                let (cluster, weather, stopping) = (self.cluster.clone(), self.weather.clone(), self.stopping.clone());
                running.spawn(async move {
                    let _alone = stopping.lock().await;
                    weather.count(Fault::Restart);
                    tokio::task::spawn_blocking(move || cluster.restart_at_once()).await?
                });
            }
            Fault::DatabaseAway => {
                let (cluster, weather, stopping) = (self.cluster.clone(), self.weather.clone(), self.stopping.clone());
                running.spawn(async move {
                    let _alone = stopping.lock().await;
                    weather.count(Fault::DatabaseAway);
                    let crashed = cluster.clone();
                    tokio::task::spawn_blocking(move || crashed.kill_hard()).await??;
                    sleep(lasting).await;
                    tokio::task::spawn_blocking(move || cluster.restart_at_once()).await?
                });
            }
            Fault::Terminate => {
                let (owner, weather) = (self.owner.clone(), self.weather.clone());
                running.spawn(async move {
                    // While PostgreSQL restarts, there is nothing to terminate.
                    if terminate(&owner).await.is_ok() {
                        weather.count(Fault::Terminate);
                    }
                    Ok(())
                });
            }
            Fault::Locks => {
                let (owner, weather) = (self.owner.clone(), self.weather.clone());
                running.spawn(async move {
                    weather.count(Fault::Locks);
                    // It may be the victim of the deadlock.
                    let _ = hold_locks(&owner, Instant::now() + lasting).await;
                    Ok(())
                });
            }
            Fault::CutBeforeCommit
            | Fault::CutAfterCommit
            | Fault::Latency
            | Fault::BlackHole
            | Fault::LineRefuses
            | Fault::FunctionFrozen
            | Fault::QueueLate
            | Fault::QueueTwice
            | Fault::QueueThrottled
            | Fault::QueueAway
            | Fault::MailLate
            | Fault::MailAnswerLost
            | Fault::MailThrottled
            | Fault::MailAway
            | Fault::ConsumerFrozen
            | Fault::ConsumerKilled
            | Fault::ConsumerKilledAfterSend => self.weather.begin(fault, lasting),
        }
    }
}

/// Terminates half of the backends of the functions.
async fn terminate(owner: &PgConnectOptions) -> anyhow::Result<()> {
    let mut connection = Connector::to(owner.clone()).connect().await?;
    let backends = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'shop' and pid % 2 = (random() * 1)::integer";
    connection.execute(backends).await?;
    Ok(connection.close().await?)
}

/// Locks stock rows one after another, from the last to the first: checkouts and staff lock them from the first to the last.
async fn hold_locks(owner: &PgConnectOptions, until: Instant) -> anyhow::Result<()> {
    let mut connection = Connector::to(owner.clone()).connect().await?;
    let variants: Vec<i64> =
        sqlx::query_scalar("select variant_id from stock_levels order by variant_id desc limit 12")
            .fetch_all(&mut connection)
            .await?;
    connection.execute("begin").await?;
    let locking = async {
        for variant in variants {
            sqlx::query("select from stock_levels where variant_id = $1 for update")
                .bind(variant)
                .execute(&mut connection)
                .await?;
            sleep(Duration::from_millis(50)).await;
        }
        sleep(until.saturating_duration_since(Instant::now())).await;
        Ok::<(), sqlx::Error>(())
    };
    let _ = timeout_at(until, locking).await;
    // With its connection, its locks end.
    Ok(connection.close_hard().await?)
}
