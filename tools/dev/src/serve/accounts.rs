//! Accounts that are ready to be used. They exist on this machine alone, so their passwords may be known.

use shared::app::db::Db;
use shared::app::{Rng as _, SystemRng};
use shared::time::Timestamp;
use shared::users::store::{NewUser, insert, taken};
use shared::users::{Taken, passwords};

/// An account as the terminal shows it.
pub(super) struct Ready {
    /// What it is there for.
    pub(super) title: &'static str,
    /// What one logs in with.
    pub(super) email: &'static str,
    /// And the password.
    pub(super) password: &'static str,
    username: &'static str,
    is_staff: bool,
}

/// One who works here, and one who buys.
pub(super) const READY: [Ready; 2] = [
    Ready {
        title: "Staff",
        email: "staff@example.com",
        password: "staff-on-this-machine",
        username: "staff",
        is_staff: true,
    },
    Ready {
        title: "Customer",
        email: "customer@example.com",
        password: "customer-on-this-machine",
        username: "customer",
        is_staff: false,
    },
];

/// Makes those that are missing. One that somebody has changed stays as it is.
pub(super) async fn make_ready(db: &Db, now: Timestamp) -> anyhow::Result<()> {
    for account in &READY {
        make(db, now, account).await?;
    }
    Ok(())
}

async fn make(db: &Db, now: Timestamp, account: &Ready) -> anyhow::Result<()> {
    let mut tx = db.read().await?;
    let owned = taken(&mut tx, account.username, account.email).await?;
    tx.commit().await?;
    if !owned.is_empty() {
        return Ok(());
    }
    let mut salt = [0; 16];
    SystemRng.fill_random(&mut salt);
    let user = NewUser {
        email: account.email.to_owned(),
        username: account.username.to_owned(),
        password_hash: passwords::hash(account.password.to_owned(), salt).await?,
        is_staff: account.is_staff,
        is_superuser: account.is_staff,
    };
    let mut tx = db.begin().await?;
    match insert(&mut tx, user, now).await {
        Ok(_) => Ok(tx.commit().await?),
        // Another process on the same database was quicker.
        Err(error) => Taken::of(&error).map(drop).ok_or_else(|| error.into()),
    }
}
