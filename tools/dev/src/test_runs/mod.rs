//! `cargo dev test`: runs every test on a temporary PostgreSQL, then again through a pooler that gives each transaction to any backend,
//! as RDS Proxy does.

mod runner;

use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Instant;

use command_line::Stop;
use command_line::terminal::{say, warn};
use local_postgres::{Cluster, Durability, Pooler};
use shared::app::Environment;
use shared::app::db::{Connector, MIGRATOR};
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::home::Home;
use runner::Runner;

/// So few that statements of different clients often share a backend.
const BACKENDS: u32 = 2;

/// A server for tests. It is deleted when this is dropped.
struct TemporaryServer {
    cluster: Option<Cluster>,
    dir: PathBuf,
    /// Held while tests run: a second `cargo dev test` waits for it.
    _lock: File,
}

/// Runs the tests twice with these arguments for the test runner; returns the exit code of the first run that fails.
pub async fn run(home: &Home, environment: &Environment, arguments: &[String]) -> anyhow::Result<u8> {
    let stop = Stop::on_signals()?;
    let (home, ci) = (home.clone(), environment.get("CI") == Some("true"));
    let (server, pooler) = tokio::task::spawn_blocking(move || {
        let server = TemporaryServer::start(&home)?;
        let pooler = server.pooler(ci)?;
        anyhow::Ok((server, pooler))
    })
    .await??;
    // With SQLX_OFFLINE=false, queries are checked against this database while the tests are built.
    let database = PgConnectOptions::from_str(&server.url())?;
    migrate::apply(&Connector::to(database.clone())).await?;
    // Each database of a test is a copy of this one, which takes half the time that its migrations would.
    let mut template = PgConnection::connect_with(&database.database("template1")).await?;
    MIGRATOR.run_direct(None, &mut template, false).await?;
    template.close().await?;
    let runner = Runner::find(server.url(), stop).await?;
    let outcome = run_twice(&runner, pooler.as_ref(), arguments).await;
    tokio::task::spawn_blocking(move || drop((pooler, server))).await?;
    outcome
}

async fn run_twice(runner: &Runner, pooler: Option<&Pooler>, arguments: &[String]) -> anyhow::Result<u8> {
    let runs = 1 + u8::from(pooler.is_some());
    say(format_args!("Test run 1 of {runs}: directly on PostgreSQL"));
    let started = Instant::now();
    let code = runner.run(arguments, None).await?;
    let Some(pooler) = pooler else { return Ok(code) };
    if code != 0 {
        // The second run would only repeat the failures; the summary of the first stays last on the screen.
        return Ok(code);
    }
    say(format_args!("Test run 1 of {runs} passed in {:.0} s.\n", started.elapsed().as_secs_f64()));
    say(format_args!("Test run 2 of {runs}: through PgBouncer (transaction mode, {BACKENDS} backends)"));
    runner.run(arguments, Some(pooler.port())).await
}

impl TemporaryServer {
    fn start(home: &Home) -> anyhow::Result<Self> {
        let path = home.path().join("testing");
        let lock = File::options().write(true).create(true).truncate(false).open(path)?;
        if lock.try_lock().is_err() {
            warn("Another `cargo dev test` is running here; waiting until it ends.");
            lock.lock()?;
        }
        let dir = local_postgres::in_memory(&home.path().join("test-postgres"))?;
        local_postgres::remove(&dir)?;
        let cluster = local_postgres::open(&dir, Durability::Temporary)?;
        cluster.create_database("shop")?;
        Ok(Self { cluster: Some(cluster), dir, _lock: lock })
    }

    fn url(&self) -> String {
        self.cluster.as_ref().map(|cluster| cluster.url("shop")).unwrap_or_default()
    }

    fn pooler(&self, ci: bool) -> anyhow::Result<Option<Pooler>> {
        let Some(cluster) = &self.cluster else { return Ok(None) };
        let dir = self.dir.join("pooler");
        if ci {
            Pooler::install()?;
        }
        let pooler = Pooler::start(cluster, &dir, BACKENDS)?;
        if pooler.is_none() {
            warn(
                "\n*** PgBouncer is not installed: the second test run, through a pooler, is SKIPPED. ***\n\
                 *** It finds SQL that needs a connection for itself. Install PgBouncer to run it. ***\n",
            );
        }
        Ok(pooler)
    }
}

impl Drop for TemporaryServer {
    fn drop(&mut self) {
        drop(self.cluster.take());
        if let Err(error) = local_postgres::remove(&self.dir) {
            warn(format_args!("{} could not be deleted: {error:#}", self.dir.display()));
        }
    }
}
