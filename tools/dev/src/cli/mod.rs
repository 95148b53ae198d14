//! The command line of `cargo dev`.

mod help;

use std::path::PathBuf;
use std::process::ExitCode;

use aws_emulation::pump;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use command_line::Stop;
use command_line::terminal::{say, warn};
use import_export::export::{self, ExportArgs};
use import_export::import::{self, ImportArgs};
use import_export::import_users::{self, ImportUsersArgs};
use shared::app::{Clock as _, Environment, SystemClock};

use crate::bench::{self, BenchArgs};
use crate::database::Database;
use crate::home::Home;
use crate::storm::{self, StormArgs};
use crate::{e2e, env_json, openapi, serve, services, superuser, test_runs};

/// The whole shop on this machine. Without a command: serve.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Options,
    /// Folder of the database, the queue, the mail and the files [default: target/dev]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the shop at http://localhost:8000, with a database, mail and a sample catalogue
    Serve(serve::Options),
    /// Import products or a category tree from a file
    Import(ImportArgs),
    /// Import the accounts of a Django shop, passwords included
    ImportUsers(ImportUsersArgs),
    /// Export all products to a file that other shops can import
    Export(ExportArgs),
    /// Create an account with all permissions
    Createsuperuser(superuser::SuperuserArgs),
    /// Run the tests on a private database, directly and through PgBouncer
    Test {
        /// Arguments for the test runner, such as `-- -p orders`
        #[arg(last = true, value_name = "ARGUMENTS")]
        arguments: Vec<String>,
    },
    /// Measure checkout, log-in, the catalogue, imports or cold starts
    Bench(BenchArgs),
    /// Run the release binaries from end to end, with moto in place of AWS
    E2e(e2e::E2eArgs),
    /// Sell under faults, and check that nothing is lost, sold twice or sent twice
    Storm(StormArgs),
    /// Generate openapi.json from the code
    Openapi {
        /// Write nothing; fail if the file is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Generate env.json for `sam local`
    Env(env_json::EnvArgs),
    /// Start PostgreSQL and moto for `cargo lambda watch`, without Docker
    Services(services::ServicesArgs),
    /// Deliver queued messages to the functions of `sam local` or `cargo lambda watch`
    Pump(pump::PumpArgs),
}

/// Runs the command that the command line names.
pub fn run() -> ExitCode {
    let arguments = parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let outcome =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(execute(arguments)));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            warn(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn command() -> clap::Command {
    help::grouped(Arguments::command())
}

fn parse(arguments: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>) -> clap::error::Result<Arguments> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    // clap's own `args_conflicts_with_subcommands` would also refuse `--home` in front of a command.
    if let (Some(name), Some(option)) = (matches.subcommand_name(), serve_option(&matches)) {
        let problem =
            format!("--{option} belongs to `cargo dev serve`, not to `cargo dev {name}`: write it after the command");
        return Err(command.error(ErrorKind::ArgumentConflict, problem));
    }
    Arguments::from_arg_matches(&matches)
}

/// Returns an option of `serve` that was given in front of a command.
fn serve_option(matches: &ArgMatches) -> Option<String> {
    let options = serve::Options::augment_args(clap::Command::new("serve"));
    let mut names = options.get_arguments().map(|option| option.get_id().to_string());
    names.find(|name| matches.value_source(name) == Some(ValueSource::CommandLine)).map(|name| name.replace('_', "-"))
}

async fn execute(arguments: Arguments) -> anyhow::Result<u8> {
    let environment = Environment::of_process();
    let home = Home::new(arguments.home)?;
    match arguments.command.unwrap_or(Command::Serve(arguments.serve)) {
        Command::Serve(options) => serve::run(home, environment, options).await?,
        Command::Createsuperuser(arguments) => {
            // Before the database starts, so that a mistake is reported at once.
            let account = superuser::complete(arguments)?;
            on_database(&home, &environment, async |database| superuser::create(database, account).await).await?;
        }
        Command::Import(arguments) => return import_file(&home, &environment, &arguments).await,
        Command::ImportUsers(arguments) => return import_accounts(&home, &environment, &arguments).await,
        Command::Export(arguments) => {
            let summary =
                on_database(&home, &environment, async |database| export::run(&database.app(1), &arguments).await);
            let summary = summary.await?;
            // On standard error, because standard output may be the file.
            warn(format_args!("{} products exported, {} skipped.", summary.products, summary.skipped));
        }
        Command::Test { arguments } => return test_runs::run(&home, &environment, &arguments).await,
        Command::Bench(arguments) => bench::run(&home, &arguments)?,
        Command::E2e(arguments) => e2e::run(&home, arguments).await?,
        Command::Storm(arguments) => storm::run(&home, &arguments)?,
        Command::Env(arguments) => env_json::write(&arguments)?,
        Command::Services(arguments) => services::run(&home, &environment, &arguments).await?,
        Command::Pump(arguments) => Box::pin(pump::run(arguments)).await?,
        Command::Openapi { check: true } => openapi::check()?,
        Command::Openapi { check: false } => openapi::write()?,
    }
    Ok(0)
}

async fn import_file(home: &Home, environment: &Environment, arguments: &ImportArgs) -> anyhow::Result<u8> {
    let now = SystemClock.now();
    let imported = on_database(home, environment, async |database| import::run(&database.app(1), arguments, now).await);
    let imported = imported.await?;
    let rows_failed = imported.rows_failed();
    say(imported);
    Ok(u8::from(rows_failed > 0))
}

async fn import_accounts(home: &Home, environment: &Environment, arguments: &ImportUsersArgs) -> anyhow::Result<u8> {
    let now = SystemClock.now();
    let summary =
        on_database(home, environment, async |database| import_users::run(&database.app(1), arguments, now).await);
    let summary = summary.await?;
    say(summary);
    Ok(u8::from(summary.rows_failed > 0))
}

/// Works on the database, whether or not a shop is being served from it.
async fn on_database<T>(
    home: &Home,
    environment: &Environment,
    work: impl AsyncFnOnce(&Database) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let database = Database::open(home, environment).await?;
    let mut stop = Stop::on_signals()?;
    // When interrupted, an open transaction is rolled back with its connection; what was committed stays.
    let done = tokio::select! {
        done = work(&database) => done,
        () = stop.requested(1) => Err(anyhow::anyhow!("interrupted; what was committed before is kept, and the command can be run again")),
    };
    let stopped = database.stop().await;
    let done = done?;
    stopped?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(arguments: &[&str]) -> Option<PathBuf> {
        parse(["cargo dev"].iter().chain(arguments)).unwrap().home
    }

    #[test]
    fn every_command_takes_home_before_and_after_its_name() {
        let names: Vec<String> = command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        assert!(names.len() >= 12, "{names:?}");
        for name in names.iter().map(String::as_str).filter(|name| *name != "help") {
            let file = if name.starts_with("import") { ["file.csv"].as_slice() } else { &[] };
            let (before, after) =
                ([&["--home", "x", name][..], file].concat(), [&[name][..], file, &["--home", "x"]].concat());
            assert_eq!(home(&before), Some(PathBuf::from("x")), "{before:?}");
            assert_eq!(home(&after), Some(PathBuf::from("x")), "{after:?}");
        }
        assert_eq!(home(&["--home", "x"]), Some(PathBuf::from("x")));
    }

    #[test]
    fn an_option_of_serve_in_front_of_another_command_is_an_error() {
        let error = parse(["cargo dev", "--without-jobs", "import", "file.csv"]).unwrap_err().to_string();
        assert!(error.contains("--without-jobs belongs to `cargo dev serve`"), "{error}");
        assert!(parse(["cargo dev", "--port", "1"]).is_ok());
    }
}
