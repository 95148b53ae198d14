//! Ready-made accounts. They exist on this machine only, so their passwords may be public.

use shared::app::db::Db;
use shared::app::{Rng as _, SystemRng};
use shared::locale::Locale;
use shared::time::Timestamp;
use shared::users::store::{NewUser, insert, proven, taken};
use shared::users::{Taken, passwords};

/// A ready-made account.
pub(super) struct Account {
    /// Purpose, as the terminal shows it.
    pub(super) title: &'static str,
    /// Address to log in with.
    pub(super) email: &'static str,
    /// Password of the account.
    pub(super) password: &'static str,
    username: &'static str,
    is_staff: bool,
}

/// A member of staff and a customer.
pub(super) const ACCOUNTS: [Account; 2] = [
    Account {
        title: "Staff",
        email: "staff@example.com",
        password: "staff-on-this-machine",
        username: "staff",
        is_staff: true,
    },
    Account {
        title: "Customer",
        email: "customer@example.com",
        password: "customer-on-this-machine",
        username: "customer",
        is_staff: false,
    },
];

/// Creates the accounts that do not exist. An account that was changed is left as it is.
pub(super) async fn create(db: &Db, now: Timestamp) -> anyhow::Result<()> {
    for account in &ACCOUNTS {
        create_account(db, now, account).await?;
    }
    Ok(())
}

async fn create_account(db: &Db, now: Timestamp, account: &Account) -> anyhow::Result<()> {
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
        locale: Locale::DEFAULT,
    };
    let mut tx = db.begin().await?;
    match insert(&mut tx, user, now).await {
        Ok(id) => {
            proven::prove(&mut tx, id, account.email, now).await?;
            Ok(tx.commit().await?)
        }
        // Another process on the same database has just created it.
        Err(error) => Taken::from_error(&error).map(drop).ok_or_else(|| error.into()),
    }
}
