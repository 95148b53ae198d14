//! `cargo dev createsuperuser`: asks for what the command line has not said, and has `migrate` make the account, as in the cloud.

use anyhow::ensure;
use migrate::{NewSuperuser, create_superuser};
use shared::app::{Clock as _, SystemClock, SystemRng};
use shared::users::passwords;

use crate::database::Database;
use crate::terminal::{ask, ask_secretly, is_attended, say, warn};

/// What the command line has said.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Wanted {
    /// Their address
    #[arg(long)]
    email: Option<String>,
    /// What they are called
    #[arg(long)]
    username: Option<String>,
    /// Their password; the list of processes shows it to everybody on this machine, so better be asked
    #[arg(long)]
    password: Option<String>,
}

/// Asks for what is missing.
pub fn complete(wanted: Wanted) -> anyhow::Result<NewSuperuser> {
    let email = wanted.email.map_or_else(|| ask("E-mail:"), Ok)?;
    let username = wanted.username.map_or_else(|| ask("Username:"), Ok)?;
    let password = wanted.password.map_or_else(|| ask_for_password(&username, &email), Ok)?;
    Ok(NewSuperuser { email, username, password })
}

/// Makes the account.
pub async fn make(database: &Database, new: NewSuperuser) -> anyhow::Result<()> {
    let made = create_superuser(&database.owner(), &SystemRng, SystemClock.now(), new).await?;
    say(format_args!("{} may do everything from now on.", made.email));
    Ok(())
}

/// Until it is good and was typed twice alike; where nobody can try again, once.
fn ask_for_password(username: &str, email: &str) -> anyhow::Result<String> {
    if !is_attended() {
        return ask_secretly("Password:");
    }
    loop {
        let password = ask_secretly("Password:")?;
        match good(&password, username, email) {
            Ok(()) if password == ask_secretly("Once more:")? => return Ok(password),
            Ok(()) => warn("These were two different ones. Again:"),
            Err(error) => warn(format_args!("{error} Again:")),
        }
    }
}

fn good(password: &str, username: &str, email: &str) -> anyhow::Result<()> {
    let problems = passwords::problems(password, username, email);
    ensure!(problems.is_empty(), problems.join(" "));
    Ok(())
}
