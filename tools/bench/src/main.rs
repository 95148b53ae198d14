//! `cargo dev bench`: measures the shop and compares it with what the database, or argon2, can do without it.

mod auth;
mod catalogue;
mod checkout;
mod figures;
mod import;
mod release;
mod served;
mod slow_network;
mod start;

use std::fmt::Display;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use command_line::workspace;
use serde::Serialize;

/// Measures the shop.
#[derive(Debug, Parser)]
#[command(name = "cargo dev bench", bin_name = "cargo dev bench")]
struct Arguments {
    #[command(subcommand)]
    benchmark: Benchmark,
    /// Folder for the database of the run, which is deleted afterwards [default: target/dev]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Benchmark {
    /// Orders and refusals per second over HTTP; baseline: the least that a correct checkout does
    Checkout(checkout::CheckoutArgs),
    /// Log-ins per second over HTTP; baseline: verifying a password with argon2
    Auth(auth::AuthArgs),
    /// Pages, searches and products per second over HTTP; baseline: one prepared statement that reads the same rows
    Catalogue(catalogue::CatalogueArgs),
    /// Products imported from a file per second: new, unchanged and changed ones
    Import(import::ImportBenchArgs),
    /// Time from exec to the first response of every function's release binary, its size and its peak memory
    Start(start::StartArgs),
    /// The server that `checkout`, `auth` and `catalogue` measure, in its own process
    #[command(hide = true)]
    Served(served::ServedArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { benchmark, home } = Arguments::parse();
    let home = home.unwrap_or_else(|| workspace().join("target/dev"));
    let measured = async {
        match benchmark {
            Benchmark::Checkout(args) => checkout::run(&home, args).await,
            Benchmark::Auth(args) => auth::run(&home, args).await,
            Benchmark::Catalogue(args) => catalogue::run(&home, args).await,
            Benchmark::Import(args) => import::run(&home, args).await,
            Benchmark::Start(args) => start::run(&home, args).await,
            Benchmark::Served(args) => served::run(args).await,
        }
    };
    // Ctrl-C leaves nothing running.
    let outcome = tokio::select! {
        done = measured => done,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    outcome.map_or_else(
        |error| {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

/// Measures something in a folder of this name, which is deleted afterwards, and prints the report.
async fn print_measured<R: Serialize + Display>(
    dir: &Path,
    json: bool,
    measure: impl AsyncFnOnce(&Path) -> anyhow::Result<R>,
) -> anyhow::Result<()> {
    release::ensure_release()?;
    // Left by a run that was killed.
    local_postgres::remove(dir)?;
    let measured = measure(dir).await;
    local_postgres::remove(dir)?;
    let report = measured?;
    let text = if json { serde_json::to_string_pretty(&report)? } else { report.to_string() };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
