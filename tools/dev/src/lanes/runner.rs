//! The program that runs the tests: cargo-nextest, or `cargo test` where that is missing.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tokio::process::Command;
use tokio::time::timeout;

use crate::home::workspace;
use crate::stop::Stop;
use crate::terminal::warn;

/// How long the runner may take to end after Ctrl-C.
const WAIT_AFTER_CTRL_C: Duration = Duration::from_secs(15);
/// What a shell answers for a program that Ctrl-C ended.
const ENDED_BY_CTRL_C: u8 = 130;
/// It starts servers of its own and never sees ours.
const KNOWS_NO_POOLER: &str = "local-postgres";

/// What `cargo run` sets for us. `ring` is built anew whenever these change, and everything above it: the tests' build must see
/// what a build of the developer's own sees.
const OF_CARGO_RUN: [&str; 9] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
    "CARGO_PKG_AUTHORS",
];

/// How the tests are run, and on which database.
pub(super) struct Runner {
    nextest: bool,
    database_url: String,
    stop: Stop,
}

impl Runner {
    /// Looks for cargo-nextest, and says where it is missing.
    pub(super) async fn find(database_url: String, stop: Stop) -> anyhow::Result<Self> {
        let asked = cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
        if !asked.success() {
            warn(
                "cargo-nextest is not installed (cargo install cargo-nextest --locked): `cargo test` runs the tests, which takes longer.",
            );
        }
        Ok(Self { nextest: asked.success(), database_url, stop })
    }

    /// Runs the tests once; the runner's exit code.
    pub(super) async fn run(&self, arguments: &[String], pooler: Option<u16>) -> anyhow::Result<u8> {
        let mut command = self.command(arguments, pooler);
        let mut tests = command.spawn().context("cargo could not be run")?;
        let mut stop = self.stop.clone();
        let status = tokio::select! {
            status = tests.wait() => status?,
            // In a terminal it has heard Ctrl-C too, and ends its tests.
            () = stop.asked(1) => match timeout(WAIT_AFTER_CTRL_C, tests.wait()).await {
                Ok(status) => { status?; return Ok(ENDED_BY_CTRL_C) }
                Err(_) => { tests.kill().await?; return Ok(ENDED_BY_CTRL_C) }
            },
        };
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }

    fn command(&self, arguments: &[String], pooler: Option<u16>) -> Command {
        let mut command = cargo();
        command.args(if self.nextest { ["nextest", "run"].as_slice() } else { ["test"].as_slice() });
        let chosen = |names: [&str; 2]| arguments.iter().any(|word| names.iter().any(|name| word.starts_with(name)));
        let everywhere = !chosen(["-p", "--package"]);
        if everywhere {
            command.arg("--workspace");
        }
        if pooler.is_some() && self.nextest && everywhere && !chosen(["-E", "--filter"]) {
            // What the first lane alone has is no error in the second.
            command.args(["-E", &format!("not package({KNOWS_NO_POOLER})"), "--no-tests", "warn"]);
        }
        command.args(arguments).env("DATABASE_URL", &self.database_url).env_remove("TEST_POOLER_PORT");
        if let Some(port) = pooler {
            command.env("TEST_POOLER_PORT", port.to_string());
        }
        command
    }
}

fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace()).stdin(Stdio::null());
    for name in OF_CARGO_RUN {
        command.env_remove(name);
    }
    command
}
