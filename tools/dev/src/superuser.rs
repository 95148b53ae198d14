//! `cargo dev createsuperuser`: asks for missing values and creates the account through `migrate`, as in the cloud.

use anyhow::ensure;
use command_line::terminal::{ask, ask_secretly, is_interactive, say, warn};
use migrate::{NewSuperuser, create_superuser};
use shared::app::{Clock as _, SystemClock, SystemRng};
use shared::users::passwords;

use crate::database::Database;

/// Values from the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SuperuserArgs {
    /// E-mail address of the superuser
    #[arg(long)]
    email: Option<String>,
    /// Username of the superuser
    #[arg(long)]
    username: Option<String>,
    /// Password; visible in the list of processes, so leave it out to be asked
    #[arg(long, allow_hyphen_values = true)]
    password: Option<String>,
}

/// Asks for missing values.
pub fn complete(args: SuperuserArgs) -> anyhow::Result<NewSuperuser> {
    let email = args.email.map_or_else(|| ask("E-mail:"), Ok)?;
    let username = args.username.map_or_else(|| ask("Username:"), Ok)?;
    let password = args.password.map_or_else(|| ask_for_password(&username, &email), Ok)?;
    Ok(NewSuperuser { email, username, password })
}

/// Creates the account.
pub async fn create(database: &Database, new: NewSuperuser) -> anyhow::Result<()> {
    let account = create_superuser(&database.owner(), &SystemRng, SystemClock.now(), new).await?;
    say(format_args!("{} has all permissions.", account.email));
    Ok(())
}

/// Asks until the password is valid and was typed twice the same way; only once if no person can answer.
fn ask_for_password(username: &str, email: &str) -> anyhow::Result<String> {
    if !is_interactive() {
        return ask_secretly("Password:");
    }
    loop {
        let password = ask_secretly("Password:")?;
        match validate(&password, username, email) {
            Ok(()) if password == ask_secretly("Repeat the password:")? => return Ok(password),
            Ok(()) => warn("The two passwords differ. Try again."),
            Err(error) => warn(format_args!("{error} Try again.")),
        }
    }
}

fn validate(password: &str, username: &str, email: &str) -> anyhow::Result<()> {
    let problems = passwords::problems(password, username, email);
    ensure!(problems.is_empty(), problems.join(" "));
    Ok(())
}
