//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use shared::app::{Clock as _, Environment, SystemClock};

use crate::bench::{self, Bench};
use crate::database::Database;
use crate::export::{self, ExportArgs};
use crate::home::Home;
use crate::import::{self, ImportArgs};
use crate::import_users::{self, ImportUsersArgs};
use crate::stop::Stop;
use crate::terminal::{say, warn};
use crate::{env_json, lanes, openapi, pump, serve, services, superuser, wire};

/// The whole shop on this machine. Without a command: serve.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Options,
    /// Where to keep the database, the queue and the mail instead of target/dev
    #[arg(long, global = true, hide = true, value_name = "DIR")]
    home: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the whole shop, with a database, mail and a sample catalogue, on http://localhost:8000
    Serve(serve::Options),
    /// Take over the products or the categories of a file; it sees by itself what kind of file that is
    Import(ImportArgs),
    /// Take over the accounts of a shop that Django ran, passwords included; it sees by itself what kind of dump the file is
    ImportUsers(ImportUsersArgs),
    /// Write all products as a file that other shops can import
    Export(ExportArgs),
    /// Make an account that may do everything
    Createsuperuser(superuser::Wanted),
    /// Run the tests on a database of their own, straight and through a pooler
    Test {
        /// For the test runner, such as `-- -p orders`
        #[arg(last = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Measure how fast it is: a sale against what the database alone can do, log-ins, or cold starts
    #[command(subcommand)]
    Bench(Bench),
    /// Write openapi.json from the code
    Openapi {
        /// Write nothing; fail where the file is not as the code has it
        #[arg(long)]
        check: bool,
    },
    /// Write env.json, which `sam local` reads
    Env(env_json::EnvArgs),
    /// Start what `cargo lambda watch` needs and `docker compose` would: PostgreSQL, and a stand-in for SQS and SES
    Services(services::ServicesArgs),
    /// Move messages from the local queue to the functions that `sam local start-lambda` or `cargo lambda watch` runs
    Pump(pump::PumpArgs),
    /// Drive the release binaries on the real wire
    #[command(hide = true)]
    Wire(wire::WireArgs),
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(obey(arguments)));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            warn(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn obey(arguments: Arguments) -> anyhow::Result<u8> {
    let environment = Environment::of_process();
    let home = Home::new(arguments.home)?;
    match arguments.command.unwrap_or(Command::Serve(arguments.serve)) {
        Command::Serve(options) => serve::run(home, environment, options).await?,
        Command::Createsuperuser(wanted) => {
            // Before the database is started: whoever mistypes hears it at once.
            let person = superuser::complete(wanted)?;
            on_database(&home, &environment, async |database| superuser::make(database, person).await).await?;
        }
        Command::Import(arguments) => return import_file(&home, &environment, &arguments).await,
        Command::ImportUsers(arguments) => return import_accounts(&home, &environment, &arguments).await,
        Command::Export(arguments) => {
            let summary =
                on_database(&home, &environment, async |database| export::run(&database.app(1), &arguments).await);
            let summary = summary.await?;
            // Standard output may be the file.
            warn(format_args!("{} products written, {} left out.", summary.products, summary.left_out));
        }
        Command::Test { arguments } => return lanes::run(&home, &environment, &arguments).await,
        Command::Bench(what) => bench::run(what).await?,
        Command::Wire(arguments) => wire::run(arguments).await?,
        Command::Env(arguments) => env_json::write(&arguments)?,
        Command::Services(arguments) => services::run(&home, &environment, &arguments).await?,
        Command::Pump(arguments) => pump::run(arguments).await?,
        Command::Openapi { check: true } => openapi::check()?,
        Command::Openapi { check: false } => openapi::write()?,
    }
    Ok(0)
}

async fn import_file(home: &Home, environment: &Environment, arguments: &ImportArgs) -> anyhow::Result<u8> {
    let now = SystemClock.now();
    let imported = on_database(home, environment, async |database| import::run(&database.app(1), arguments, now).await);
    let imported = imported.await?;
    let rows_refused = imported.rows_refused();
    say(imported);
    Ok(u8::from(rows_refused > 0))
}

async fn import_accounts(home: &Home, environment: &Environment, arguments: &ImportUsersArgs) -> anyhow::Result<u8> {
    let now = SystemClock.now();
    let summary =
        on_database(home, environment, async |database| import_users::run(&database.app(1), arguments, now).await);
    let summary = summary.await?;
    say(summary);
    Ok(u8::from(summary.refused > 0))
}

/// Does something on the database, whether or not a shop is being served from it.
async fn on_database<T>(
    home: &Home,
    environment: &Environment,
    work: impl AsyncFnOnce(&Database) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let database = Database::open(home, environment).await?;
    let mut stop = Stop::on_signals()?;
    // Cut off, what had been begun is rolled back with its connection; what had been done stays.
    let done = tokio::select! {
        done = work(&database) => done,
        () = stop.asked(1) => Err(anyhow::anyhow!("interrupted; what was done until then is kept, and it is safe to begin again")),
    };
    let stopped = database.stop().await;
    let done = done?;
    stopped?;
    Ok(done)
}
