//! Starts the test server, or finds it running, and tells a test run its URL. nextest runs this before tests that need a database
//! (`.config/nextest.toml`).
//!
//! - `test-database` appends `DATABASE_URL=…` to the file that `$NEXTEST_ENV` names, or prints it.
//! - `test-database stop` stops the server and deletes its data. It also stops by itself when it is idle.
//! - `test-database keep DIR SECONDS` is the process that owns the server.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, bail};
use local_postgres::test_server;

/// Time after which the server stops when no test uses it.
const IDLE_SECONDS: u64 = 30 * 60;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<()> {
    match arguments {
        [] => tell_url(&dir()?),
        ["stop"] => test_server::stop(&dir()?),
        ["keep", dir, seconds] => test_server::keep(Path::new(dir), Duration::from_secs(seconds.parse()?)),
        _ => bail!("usage: test-database [stop]"),
    }
}

/// A folder in the target folder, two levels above this executable, or one in memory in its place.
fn dir() -> anyhow::Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let target = executable.parent().and_then(Path::parent).context("this executable is not in a target folder")?;
    local_postgres::in_memory(&target.join("test-database"))
}

fn tell_url(dir: &Path) -> anyhow::Result<()> {
    let mut keeper = Command::new(std::env::current_exe()?);
    keeper.arg("keep").arg(dir).arg(IDLE_SECONDS.to_string());
    let line = format!("DATABASE_URL={}\n", test_server::url(dir, keeper)?);
    match std::env::var_os("NEXTEST_ENV") {
        Some(path) => File::options().append(true).create(true).open(path)?.write_all(line.as_bytes())?,
        None => std::io::stdout().write_all(line.as_bytes())?,
    }
    Ok(())
}
