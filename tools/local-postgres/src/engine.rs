//! The interface of what runs a server: installed binaries or Docker.

use crate::Durability;
use crate::home::Home;

/// One server with its data, running or not.
pub(crate) trait Engine: Send + Sync {
    /// Returns the port of the running server, whichever process started it; waits for one that is starting or stopping.
    fn running(&self) -> anyhow::Result<Option<u16>>;
    /// Starts the server and returns its port when it is ready.
    fn start(&self, durability: Durability) -> anyhow::Result<u16>;
    /// Stops the server in order. Does nothing if it is not running.
    fn stop(&self) -> anyhow::Result<()>;
    /// Crashes the server and starts it again on the same port.
    fn restart_at_once(&self) -> anyhow::Result<()>;
    /// Crashes the server.
    fn kill_hard(&self) -> anyhow::Result<()>;
    /// Copies the data of the running server into this directory, as those of a replica that will follow it.
    fn copy_to(&self, replica: &Home) -> anyhow::Result<()>;
    /// Runs SQL as the superuser; rows come as lines, columns separated by `|`.
    fn psql(&self, port: u16, database: &str, sql: &str) -> anyhow::Result<String>;
    /// Returns the superuser's password, if the engine needs one.
    fn password(&self) -> Option<&'static str>;
}

/// Options of `psql`: no `.psqlrc`, rows only, stop at the first error, and show its SQLSTATE.
pub(crate) const PSQL: [&str; 8] = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"];

/// Settings of the server, as `name = value`, apart from where it listens.
pub(crate) fn settings(durability: Durability) -> Vec<&'static str> {
    // UTC as on RDS, so that a test that forgets a time zone fails here too.
    let mut settings = vec!["max_connections = 300", "shared_buffers = 256MB", "timezone = UTC", "log_timezone = UTC"];
    if durability == Durability::Temporary {
        settings.extend(["fsync = off", "synchronous_commit = off", "full_page_writes = off"]);
    }
    settings
}
