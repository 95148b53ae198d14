//! `cargo dev createsuperuser`.

use anyhow::{bail, ensure};
use shared::app::db::Db;
use shared::app::{Ambient, SystemAmbient};
use shared::users::passwords;

use super::{Person, create};
use crate::terminal::{ask, ask_secretly, is_attended, say, warn};

/// What the command line has said; the rest is asked for.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Wanted {
    /// Their address
    #[arg(long)]
    email: Option<String>,
    /// What they are called
    #[arg(long)]
    username: Option<String>,
    /// Their password; other users of this machine can see it in the list of processes
    #[arg(long)]
    password: Option<String>,
}

/// Asks for what is missing.
pub fn complete(wanted: Wanted) -> anyhow::Result<Person> {
    let email = wanted.email.map_or_else(|| ask("E-mail:"), Ok)?;
    let (name, domain) = email.rsplit_once('@').unwrap_or_default();
    ensure!(!name.is_empty() && !domain.is_empty(), "{email:?} is no e-mail address");
    let username = wanted.username.map_or_else(|| ask("Username:"), Ok)?;
    ensure!(!username.is_empty(), "a username may not be empty");
    let password = match wanted.password {
        Some(password) => good(password, &username, &email)?,
        None => ask_for_password(&username, &email)?,
    };
    Ok(Person { email, username, password, is_superuser: true })
}

/// Makes the account.
pub async fn make(db: &Db, person: Person) -> anyhow::Result<()> {
    let ambient: &dyn Ambient = &SystemAmbient;
    let email = person.email.clone();
    match create(db, ambient, person).await?.first() {
        None => say(format_args!("{email} may do everything from now on.")),
        Some(taken) => bail!(taken.message()),
    }
    Ok(())
}

/// Until it is good and was typed twice alike; where nobody can try again, once.
fn ask_for_password(username: &str, email: &str) -> anyhow::Result<String> {
    if !is_attended() {
        return good(ask_secretly("Password:")?, username, email);
    }
    loop {
        match good(ask_secretly("Password:")?, username, email) {
            Ok(password) if password == ask_secretly("Once more:")? => return Ok(password),
            Ok(_) => warn("These were two different ones. Again:"),
            Err(error) => warn(format_args!("{error} Again:")),
        }
    }
}

fn good(password: String, username: &str, email: &str) -> anyhow::Result<String> {
    let problems = passwords::problems(&password, username, email);
    ensure!(problems.is_empty(), problems.join(" "));
    Ok(password)
}
