//! A running server: starting it, stopping it and connecting to it.

use std::fs::File;
use std::path::Path;

use anyhow::ensure;

use crate::binaries::Binaries;
use crate::engine::Engine;
use crate::home::Home;
use crate::native::Native;

/// Held while a server starts or stops: other processes wait and see the outcome.
pub(crate) const STARTING: &str = "starting.lock";
/// Held by the process that will stop the server for as long as it lives, so that a server whose owner was killed with -9 differs
/// from one in use.
pub(crate) const OWNER: &str = "owner.lock";

/// Data that must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything that was committed.
    Durable,
    /// None: for tests. Even [`Cluster::restart_at_once`] may lose what was committed in the last second.
    Temporary,
}

/// A running PostgreSQL. Dropping it stops the server if this process owns it.
pub struct Cluster {
    engine: Box<dyn Engine>,
    home: Home,
    port: u16,
    owner: Option<File>,
}

impl Cluster {
    /// Starts the server whose data is in `dir`, by installed binaries (see [`Binaries::find`](crate::Binaries::find)),
    /// on a free port of 127.0.0.1; `dir` may be new.
    ///
    /// - A server that another living process owns is used and left running.
    /// - A server whose owner was killed is taken over with the durability it was started with.
    /// - Root runs it as user `postgres` or `nobody`; if that user cannot enter `dir`, the data is in
    ///   `/var/tmp/local-postgres-<hash of dir>`.
    pub fn start(dir: &Path, durability: Durability) -> anyhow::Result<Self> {
        // First: installing the package creates the user that root runs it as.
        Binaries::find()?;
        let home = Home::prepare(dir)?;
        Self::with(home.clone(), durability, || Ok(Box::new(Native::new(home)?)))
    }

    /// Starts a replica of this server in `dir`, which follows it by streaming and can be read. Each start begins with a new copy of the
    /// server; what is in `dir` is deleted.
    pub fn start_replica(&self, dir: &Path) -> anyhow::Result<Self> {
        crate::remove(dir)?;
        let home = Home::prepare_like(dir, &self.home)?;
        Self::with(home.clone(), Durability::Temporary, || {
            self.engine.copy_to(&home)?;
            Ok(Box::new(Native::new(home)?))
        })
    }

    /// The engine is created under the lock, because it reads data that another process may be creating.
    pub(crate) fn with(
        home: Home,
        durability: Durability,
        engine: impl FnOnce() -> anyhow::Result<Box<dyn Engine>>,
    ) -> anyhow::Result<Self> {
        let _starting = home.lock(STARTING)?;
        let owner = home.try_lock(OWNER)?;
        let engine = engine()?;
        let port = match engine.running()? {
            Some(port) => port,
            None => engine.start(durability)?,
        };
        Ok(Self { engine, home, port, owner })
    }

    /// Returns true if this process owns the server and will stop it: it started the server or took it over.
    pub fn is_owner(&self) -> bool {
        self.owner.is_some()
    }

    /// Returns the TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the superuser's URL of a database.
    pub fn url(&self, database: &str) -> String {
        let password = self.engine.password().map(|word| format!(":{word}")).unwrap_or_default();
        format!("postgres://postgres{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns the directory of the data and the log: the `dir` of [`Cluster::start`] or its replacement in `/var/tmp`.
    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    /// Creates an empty UTF-8 database; an existing one is not changed.
    pub fn create_database(&self, name: &str) -> anyhow::Result<()> {
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        ensure!(plain && !name.is_empty(), "{name:?} is not a valid database name: use letters, digits, _ and -");
        // template0, because template1 cannot be copied while anyone is connected to it.
        let made = self.psql("postgres", &format!(r#"create database "{name}" template template0 encoding 'UTF8'"#));
        match made {
            Err(error) if is_duplicate(&error) => Ok(()),
            made => made.map(drop),
        }
    }

    /// Runs SQL as the superuser with `psql`; rows come as lines, columns separated by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        self.engine.psql(self.port, database, sql)
    }

    /// Stops the server if this process owns it; open connections are closed, transactions rolled back.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.stop_if_owned()
    }

    /// Crashes the server (nothing is flushed) and starts it again on the same port, for tests of crashes. Returns
    /// after recovery. After [`Cluster::kill_hard`] it starts it again.
    pub fn restart_at_once(&self) -> anyhow::Result<()> {
        let _starting = self.home.lock(STARTING)?;
        self.engine.restart_at_once()
    }

    /// `kill -9` for the server, and nothing more. Its connections see that it is gone when they next wait for a statement, so one more
    /// statement may still be answered.
    pub fn kill_hard(&self) -> anyhow::Result<()> {
        self.engine.kill_hard()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn password(&self) -> Option<&'static str> {
        self.engine.password()
    }

    fn stop_if_owned(&mut self) -> anyhow::Result<()> {
        if self.owner.is_none() {
            return Ok(());
        }
        // Locals are dropped in reverse order: the owner lock must be free before another process may check it.
        let _starting = self.home.lock(STARTING)?;
        let _owner = self.owner.take();
        self.engine.stop()
    }
}

/// duplicate_database; or unique_violation, if another process creates it at the same moment.
fn is_duplicate(error: &anyhow::Error) -> bool {
    let text = format!("{error:#}");
    text.contains("ERROR:  42P04") || text.contains("ERROR:  23505")
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop_if_owned() {
            eprintln!("PostgreSQL on port {} could not be stopped: {error:#}", self.port);
        }
    }
}
