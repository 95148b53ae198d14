//! The program that runs the tests: cargo-nextest, or `cargo test` if that is not installed.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use command_line::terminal::warn;
use command_line::{ENDED_BY_CTRL_C, Stop};
use tokio::process::Command;
use tokio::time::timeout;

/// Maximum time for the runner to end after Ctrl-C.
const CTRL_C_TIMEOUT: Duration = Duration::from_secs(15);
/// This package's tests start their own servers and never use the pooler.
const WITHOUT_POOLER: &str = "local-postgres";

/// Through the pooler a test waits for one of few backends a third of the time, and other tests use the CPU in the meantime.
const TESTS_PER_CPU: usize = 2;

/// Runs the tests on one database.
pub(super) struct Runner {
    nextest: bool,
    database_url: String,
    stop: Stop,
}

impl Runner {
    /// Looks for cargo-nextest and warns if it is not installed.
    pub(super) async fn find(database_url: String, stop: Stop) -> anyhow::Result<Self> {
        let version =
            cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
        if !version.success() {
            warn(
                "cargo-nextest is not installed, so `cargo test` runs the tests, which takes longer. To install it: cargo install cargo-nextest --locked",
            );
        }
        Ok(Self { nextest: version.success(), database_url, stop })
    }

    /// Runs the tests once and returns the runner's exit code.
    pub(super) async fn run(&self, arguments: &[String], pooler: Option<u16>) -> anyhow::Result<u8> {
        let mut command = self.command(arguments, pooler);
        let mut tests = command.spawn().context("cargo could not be run")?;
        let mut stop = self.stop.clone();
        let status = tokio::select! {
            status = tests.wait() => status?,
            // In a terminal the runner receives Ctrl-C too and ends its tests.
            () = stop.requested(1) => match timeout(CTRL_C_TIMEOUT, tests.wait()).await {
                Ok(status) => { status?; return Ok(ENDED_BY_CTRL_C) }
                Err(_) => { tests.kill().await?; return Ok(ENDED_BY_CTRL_C) }
            },
        };
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }

    fn command(&self, arguments: &[String], pooler: Option<u16>) -> Command {
        let mut command = cargo();
        command.args(if self.nextest { ["nextest", "run"].as_slice() } else { ["test"].as_slice() });
        let given = |names: [&str; 2]| arguments.iter().any(|word| names.iter().any(|name| word.starts_with(name)));
        let all_packages = !given(["-p", "--package"]);
        if all_packages {
            command.arg("--workspace");
        }
        if pooler.is_some() && self.nextest && all_packages && !given(["-E", "--filter"]) {
            // A filter that matches nothing in the second run is no error: the first run had the tests.
            command.args(["-E", &format!("not package({WITHOUT_POOLER})"), "--no-tests", "warn"]);
        }
        if pooler.is_some() && self.nextest && !given(["--test-threads", "-j"]) {
            command.args(["--test-threads", &(TESTS_PER_CPU * cpus()).to_string()]);
        }
        command.args(arguments).env("DATABASE_URL", &self.database_url).env_remove("TEST_POOLER_PORT");
        if let Some(port) = pooler {
            command.env("TEST_POOLER_PORT", port.to_string());
        }
        command
    }
}

fn cargo() -> Command {
    command_line::cargo().into()
}

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
