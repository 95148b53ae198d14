//! `cargo dev storm`: sells under faults and checks that nothing is lost.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum as _};
use command_line::terminal::{say, warn};
use command_line::{Stop, workspace};
use shared::app::{Environment, LogFormat, Rng as _, SystemRng, start_logs_to};
use storm::faults::Fault;
use storm::run::{Plan, run};

/// Sells under faults, and checks that nothing is lost, sold twice or sent twice.
///
/// Buyers and staff use the shop while connections to PostgreSQL break, PostgreSQL crashes, SQS and SES fail and consumers of mails die. The
/// functions, the relay, the timed jobs and the consumers are the real ones; SQS and SES are stand-ins that speak their protocols. Then the faults end,
/// events and mails go out, and the checks run. The exit code is 0 if every check passed, and 1 if one failed: then the database stays for a look.
#[derive(Debug, Parser)]
#[command(name = "cargo dev storm", bin_name = "cargo dev storm")]
struct Arguments {
    /// Seconds for which faults come
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Number from which the random decisions of buyers, staff and faults follow; the order in which they meet is up to the machine [default: random]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Faults that come, separated by commas [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_enum)]
    faults: Vec<Fault>,
    /// Number of buyers at a time
    #[arg(long, value_name = "N", default_value_t = 12)]
    buyers: u64,
    /// Number of members of staff at a time
    #[arg(long, value_name = "N", default_value_t = 2)]
    staff: u64,
    /// Number of consumers of mails
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=64))]
    consumers: u64,
    /// Maximum number of seconds for events and mails to go out after the faults
    #[arg(long, value_name = "N", default_value_t = 900)]
    aftermath: u64,
    /// Folder for the database of the storm [default: target/dev]
    #[arg(long, value_name = "DIR", overrides_with = "home")]
    home: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match until_stopped(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            warn(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Leaves nothing running when it is asked to stop.
async fn until_stopped(arguments: Arguments) -> anyhow::Result<bool> {
    let mut stop = Stop::on_signals()?;
    tokio::select! {
        done = raise(arguments) => done,
        () = stop.requested(1) => Err(anyhow::anyhow!("interrupted")),
    }
}

async fn raise(arguments: Arguments) -> anyhow::Result<bool> {
    let dir = arguments.home.unwrap_or_else(|| workspace().join("target/dev")).join("storm");
    std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be created", dir.display()))?;
    let log = File::create(dir.join("log"))?;
    start_logs_to(log, &Environment::of_process(), LogFormat::Text, "warn");
    let all = arguments.faults.is_empty();
    let plan = Plan {
        duration: Duration::from_secs(arguments.seconds),
        aftermath: Duration::from_secs(arguments.aftermath),
        seed: arguments.seed.unwrap_or_else(|| u64::from(SystemRng.random_uuid().as_fields().0)),
        faults: if all { Fault::value_variants().to_vec() } else { arguments.faults },
        buyers: arguments.buyers,
        staff: arguments.staff,
        consumers: arguments.consumers,
    };
    say(format_args!("storm  {} s of seed {}", arguments.seconds, plan.seed));
    run(&dir, plan).await
}
