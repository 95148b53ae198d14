//! Accounts that are ready to be used. They exist on this machine alone, so their passwords may be known.

use anyhow::Context as _;
use shared::app::Ambient;
use shared::app::db::Db;

use crate::accounts::{Person, create};

/// An account as the terminal shows it.
pub(super) struct Ready {
    /// Whose.
    pub(super) title: &'static str,
    /// What one logs in with.
    pub(super) email: &'static str,
    /// And the password.
    pub(super) password: &'static str,
    is_staff: bool,
}

/// One who works here, and one who buys.
pub(super) const READY: [Ready; 2] = [
    Ready { title: "Staff", email: "staff@example.com", password: "staff-on-this-machine", is_staff: true },
    Ready { title: "Customer", email: "customer@example.com", password: "customer-on-this-machine", is_staff: false },
];

/// Makes those that are missing. One that somebody has changed stays as it is.
pub(super) async fn make_ready(db: &Db, ambient: &dyn Ambient) -> anyhow::Result<()> {
    for account in &READY {
        let person = Person {
            email: account.email.to_owned(),
            username: account.title.to_lowercase(),
            password: account.password.to_owned(),
            is_superuser: account.is_staff,
        };
        create(db, ambient, person).await.with_context(|| format!("{} could not be made", account.email))?;
    }
    Ok(())
}
