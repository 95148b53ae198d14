//! `cargo prepare` writes `.sqlx/`, which describes every query, so that everything builds without a database. It does what
//! `cargo sqlx prepare --workspace` does, and brings the database itself.

mod changes;
mod database;
mod queries;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::changes::Changes;
use crate::database::Database;
use crate::workspace::Workspace;

/// Checks every SQL query against migrations/ and writes .sqlx/, so that the workspace builds without a database.
#[derive(Parser)]
#[command(name = "cargo prepare", bin_name = "cargo prepare")]
struct Arguments {
    /// Change nothing; exit with 1 and list the files if .sqlx/ is not up to date
    #[arg(long)]
    check: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    prepare(arguments.check).await.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn prepare(check: bool) -> anyhow::Result<ExitCode> {
    // From here on Ctrl-C does not end this process immediately, so that it can stop what it started.
    let interrupt = signal(SignalKind::interrupt())?;
    let mut workspace = Workspace::load()?;
    let described = workspace.scratch("queries");
    describe(&mut workspace, &described, interrupt).await.context(".sqlx/ was not changed")?;

    let changes = Changes::between(&workspace.root.join(".sqlx"), &described)?;
    if !check {
        eprintln!("{}", changes.apply()?);
        return Ok(ExitCode::SUCCESS);
    }
    if changes.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{changes}");
    bail!(".sqlx/ is not up to date: run `cargo prepare` and commit .sqlx/")
}

async fn describe(workspace: &mut Workspace, into: &Path, mut interrupt: Signal) -> anyhow::Result<()> {
    let cluster = workspace.scratch("cluster");
    let crates = workspace.crates_with_queries()?;
    if crates.is_empty() {
        return queries::make_empty(into);
    }
    let database = Database::start(&cluster)?;
    tokio::select! {
        migrated = database.migrate() => migrated?,
        _ = interrupt.recv() => bail!("interrupted"),
    }
    queries::describe(&crates, &database.url(), into)?;
    database.remove()
}
