//! Finds and runs other programs, waits for what they do, and reads the ends of their logs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

const LINES_SHOWN: usize = 15;

/// Runs the program and returns its output; on failure the error contains the output.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be run"))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        bail!("{name} failed ({}):\n{}", output.status, last_lines(&String::from_utf8_lossy(&text)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Removes variables that would direct PostgreSQL's programs elsewhere (`PGPORT`, `PGDATA`, `PGSERVICE` …) or translate their messages; on
/// macOS a server without `LC_ALL` does not start.
pub(crate) fn clean_environment(command: &mut Command) -> &mut Command {
    let ours = |name: &std::ffi::OsString| name.to_string_lossy().starts_with("PG");
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C")
}

/// Finds `name` in `PATH`, otherwise in one of `elsewhere`.
pub(crate) fn find(name: &str, elsewhere: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(elsewhere.iter().map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|program| program.is_file())
}

/// Calls `ask` until it returns a value, for at most `limit`; then returns `None`.
pub(crate) fn wait_for<T>(
    limit: Duration,
    mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    let started = Instant::now();
    loop {
        match ask()? {
            None if started.elapsed() < limit => std::thread::sleep(Duration::from_millis(20)),
            answer => return Ok(answer),
        }
    }
}

/// Returns the end of a log for an error message.
pub(crate) fn log_tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    format!("the end of {}:\n{}", log.display(), last_lines(&String::from_utf8_lossy(&text)))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().collect();
    lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n")
}
