//! `cargo dev bench`: how fast the shop is, measured against what the database alone could do.

mod auth;
mod catalogue;
mod checkout;
pub(crate) mod client;
mod figures;
mod floor;
mod import;
pub(crate) mod release;
mod report;
mod served;
mod slow_wire;
mod stage;
mod start;

use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

/// What to measure.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// Orders and refusals a second over HTTP, beside the same SQL function called straight on the same PostgreSQL.
    Checkout(checkout::CheckoutArgs),
    /// Log-ins a second over HTTP, beside a password looked at with argon2 and nothing else.
    Auth(auth::AuthArgs),
    /// Pages, searches and products a second over HTTP, beside one prepared statement that reads the same rows.
    Catalogue(catalogue::CatalogueArgs),
    /// Products imported from a file a second: new ones, the same again, changed ones.
    Import(import::ImportBenchArgs),
    /// From exec to the first answer: every function's release binary, its size and its peak memory.
    Start(start::StartArgs),
    /// The server that `checkout`, `auth` and `catalogue` measure, in a process of its own.
    #[command(hide = true)]
    Served(served::ServedArgs),
}

/// In a release build, measures something in a folder of this name, which is gone afterwards, and prints the report.
async fn print_measured<R: Serialize + Display>(
    folder: &str,
    json: bool,
    measure: impl AsyncFnOnce(&Path) -> anyhow::Result<R>,
) -> anyhow::Result<()> {
    release::go_on_in_release()?;
    let dir = release::target_dir()?.join(folder);
    // What a run that was killed has left.
    local_postgres::remove(&dir)?;
    let measured = measure(&dir).await;
    local_postgres::remove(&dir)?;
    let report = measured?;
    let text = if json { serde_json::to_string_pretty(&report)? } else { report.to_string() };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// Measures it and prints a table. Ctrl-C leaves nothing running.
pub async fn run(bench: Bench) -> anyhow::Result<()> {
    let measured = async {
        match bench {
            Bench::Checkout(args) => checkout::run(args).await,
            Bench::Auth(args) => auth::run(args).await,
            Bench::Catalogue(args) => catalogue::run(args).await,
            Bench::Import(args) => import::run(args).await,
            Bench::Start(args) => start::run(args).await,
            Bench::Served(args) => served::run(args).await,
        }
    };
    tokio::select! {
        done = measured => done,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    }
}
