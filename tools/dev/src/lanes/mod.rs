//! `cargo dev test`: every test on a PostgreSQL that is thrown away, then again through a pooler that hands each transaction to
//! any backend, as RDS Proxy does.

mod runner;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Instant;

use local_postgres::{Cluster, Durability, Pooler};
use shared::app::Environment;
use shared::app::db::Connector;
use sqlx::postgres::PgConnectOptions;

use crate::home::Home;
use crate::stop::Stop;
use crate::terminal::{say, warn};
use runner::Runner;

/// So few that statements of two clients meet in one backend all the time.
const BACKENDS: u32 = 2;

/// A server for tests, deleted when it is dropped.
struct ThrowAway {
    cluster: Option<Cluster>,
    dir: PathBuf,
    /// One at a time: whoever comes second waits.
    _alone: File,
}

/// Runs both lanes with these arguments for the test runner; the exit code of the worse one.
pub async fn run(home: &Home, environment: &Environment, arguments: &[String]) -> anyhow::Result<u8> {
    let stop = Stop::on_signals()?;
    let (home, ci) = (home.clone(), environment.get("CI") == Some("true"));
    let (server, pooler) = tokio::task::spawn_blocking(move || {
        let server = ThrowAway::start(&home)?;
        let pooler = server.pooler(ci)?;
        anyhow::Ok((server, pooler))
    })
    .await??;
    // Queries are checked against it while the tests are built, where SQLX_OFFLINE says so.
    migrate::apply(&Connector::to(PgConnectOptions::from_str(&server.url())?)).await?;
    let runner = Runner::find(server.url(), stop).await?;
    let outcome = both_lanes(&runner, pooler.as_ref(), arguments).await;
    tokio::task::spawn_blocking(move || drop((pooler, server))).await?;
    outcome
}

async fn both_lanes(runner: &Runner, pooler: Option<&Pooler>, arguments: &[String]) -> anyhow::Result<u8> {
    let lanes = 1 + u8::from(pooler.is_some());
    say(format_args!("Lane 1 of {lanes}: straight to PostgreSQL"));
    let started = Instant::now();
    let code = runner.run(arguments, None).await?;
    let Some(pooler) = pooler else { return Ok(code) };
    if code != 0 {
        // Its summary stays the last word: the second lane would only repeat what failed.
        return Ok(code);
    }
    say(format_args!("Lane 1 of {lanes} passed in {:.0} s.\n", started.elapsed().as_secs_f64()));
    say(format_args!("Lane 2 of {lanes}: the same through PgBouncer (transactions, {BACKENDS} backends)"));
    runner.run(arguments, Some(pooler.port())).await
}

impl ThrowAway {
    fn start(home: &Home) -> anyhow::Result<Self> {
        let lock = home.path().join("testing");
        let alone = File::options().write(true).create(true).truncate(false).open(lock)?;
        if alone.try_lock().is_err() {
            warn("Another `cargo dev test` is running here; waiting for it to end.");
            alone.lock()?;
        }
        let dir = home.path().join("test-postgres");
        local_postgres::remove(&dir)?;
        let cluster = local_postgres::open(&dir, Durability::ThrowAway)?;
        cluster.create_database("shop")?;
        Ok(Self { cluster: Some(cluster), dir, _alone: alone })
    }

    fn url(&self) -> String {
        self.cluster.as_ref().map(|cluster| cluster.url("shop")).unwrap_or_default()
    }

    fn pooler(&self, ci: bool) -> anyhow::Result<Option<Pooler>> {
        let Some(cluster) = &self.cluster else { return Ok(None) };
        let dir = pooler_dir(&self.dir);
        if ci {
            Pooler::install()?;
        }
        let pooler = Pooler::start(cluster, &dir, BACKENDS)?;
        if pooler.is_none() {
            warn(
                "\n*** PgBouncer is not installed: the second lane, through a pooler, is SKIPPED. ***\n\
                 *** It is where SQL shows that only works on a connection of its own: install PgBouncer to run it. ***\n",
            );
        }
        Ok(pooler)
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        drop(self.cluster.take());
        if let Err(error) = local_postgres::remove(&self.dir) {
            warn(format_args!("{} was not deleted: {error:#}", self.dir.display()));
        }
    }
}

fn pooler_dir(postgres: &Path) -> PathBuf {
    postgres.with_file_name("test-pooler")
}
