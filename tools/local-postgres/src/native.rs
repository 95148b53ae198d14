//! A server that installed binaries run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::binaries::Binaries;
use crate::command::{clean_environment, log_tail, run, wait_for};
use crate::data_directory::{self, data};
use crate::engine::{Engine, PSQL};
use crate::home::Home;
use crate::postmaster::Postmaster;
use crate::{Durability, port, process};

/// Maximum time of a start or a stop. Recovery after a crash under load takes seconds.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Attempts of a start that fails for a temporary reason.
const ATTEMPTS: u32 = 20;

pub(crate) struct Native {
    binaries: Binaries,
    home: Home,
}

impl Native {
    pub(crate) fn new(home: Home) -> anyhow::Result<Self> {
        Ok(Self { binaries: Binaries::for_data(&data(&home))?, home })
    }

    /// `pg_ctl` instead of a child process: it starts the server in its own session, which Ctrl-C does not reach, and waits until the server
    /// is ready.
    fn pg_ctl(&self, action: &str, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&self.binaries.program("pg_ctl"));
        command.args([action, "--silent", "--wait", "--timeout", &TIMEOUT.as_secs().to_string(), "--pgdata"]);
        command.arg(data(&self.home)).args(arguments);
        command
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("postgres.log")
    }

    fn stop_by(&self, mode: &str) -> anyhow::Result<()> {
        if self.running()?.is_none() {
            return Ok(());
        }
        match run(&mut self.pg_ctl("stop", &["--mode", mode])) {
            // It may have crashed before it received the request.
            Err(error) if self.running()?.is_some() => Err(error),
            _ => Ok(()),
        }
    }

    fn launch(&self) -> Result<(), StartError> {
        let log = self.log();
        match run(self.pg_ctl("start", &["--log"]).arg(&log)) {
            Ok(_) => Ok(()),
            Err(error) => Err(StartError::new(error, &log)),
        }
    }

    /// After kill -9 the orphans hold the shared memory for a moment.
    fn launch_when_memory_is_free(&self) -> Result<(), StartError> {
        for _ in 1..ATTEMPTS {
            match self.launch() {
                Err(refusal) if refusal.is_memory_in_use() => std::thread::sleep(Duration::from_millis(100)),
                launched => return launched,
            }
        }
        self.launch()
    }
}

impl Engine for Native {
    fn running(&self) -> anyhow::Result<Option<u16>> {
        let data = data(&self.home);
        let answer = wait_for(TIMEOUT, || match Postmaster::read(&data).filter(|server| server.is_alive(&data)) {
            None => Ok(Some(None)),
            Some(server) => Ok(server.port.filter(|_| server.is_ready()).map(Some)),
        })?;
        let stuck = || format!("PostgreSQL neither started nor stopped in {TIMEOUT:?}; {}", log_tail(&self.log()));
        answer.with_context(stuck)
    }

    fn start(&self, durability: Durability) -> anyhow::Result<u16> {
        data_directory::initialise(&self.home, &self.binaries, durability)?;
        data_directory::defuse_pid_file(&self.home)?;
        let log = self.log();
        if log.exists() {
            std::fs::rename(&log, log.with_extension("log.old"))?;
        }
        for _ in 0..ATTEMPTS {
            let port = port::free(self.home.path())?;
            data_directory::write_settings(&self.home, port, durability)?;
            match self.launch_when_memory_is_free() {
                Ok(()) => return Ok(port),
                // Another program took the port before the server could bind it.
                Err(refusal) if refusal.is_port_taken() => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        bail!("PostgreSQL found no free port; {}", log_tail(&log))
    }

    fn stop(&self) -> anyhow::Result<()> {
        // `fast` waits for a checkpoint; if that hangs, the next start recovers from the log.
        self.stop_by("fast").or_else(|_| self.stop_by("immediate"))
    }

    fn restart_at_once(&self) -> anyhow::Result<()> {
        self.stop_by("immediate")?;
        data_directory::defuse_pid_file(&self.home)?;
        Ok(self.launch_when_memory_is_free()?)
    }

    fn kill_hard(&self) -> anyhow::Result<()> {
        let data = data(&self.home);
        match Postmaster::read(&data).filter(|server| server.is_alive(&data)) {
            Some(server) => process::kill_hard(server.pid, &data),
            None => Ok(()),
        }
    }

    fn copy_to(&self, replica: &Home) -> anyhow::Result<()> {
        let port = self.running()?.context("PostgreSQL is not running")?;
        data_directory::copy(&self.binaries, port, replica)
    }

    fn psql(&self, port: u16, database: &str, sql: &str) -> anyhow::Result<String> {
        let mut command = Command::new(self.binaries.program("psql"));
        let url = format!("postgres://postgres@127.0.0.1:{port}/{database}");
        run(clean_environment(&mut command).args(PSQL).args(["-c", sql, &url]))
    }

    fn password(&self) -> Option<&'static str> {
        None
    }
}

/// Stops the server, if there is one, and deletes its data and logs.
pub(crate) fn remove(home: &Home) -> anyhow::Result<()> {
    let data = data(home);
    if Postmaster::read(&data).is_some_and(|server| server.is_alive(&data)) {
        Native::new(home.clone())?.stop_by("immediate")?;
    }
    data_directory::remove(home)
}

/// The reason why the server did not start: the output of `pg_ctl` and the end of the server's log.
struct StartError {
    error: anyhow::Error,
    log: String,
}

impl StartError {
    fn new(error: anyhow::Error, log: &Path) -> Self {
        Self { error, log: log_tail(log) }
    }

    fn is_memory_in_use(&self) -> bool {
        self.log.contains("pre-existing shared memory block")
    }

    fn is_port_taken(&self) -> bool {
        self.log.contains("could not create any TCP/IP sockets")
    }
}

impl From<StartError> for anyhow::Error {
    fn from(refusal: StartError) -> Self {
        refusal.error.context(format!("PostgreSQL did not start; {}", refusal.log))
    }
}
