//! Accounts made from outside of the shop: those that are ready, and `cargo dev createsuperuser`.

pub mod superuser;

use shared::app::Ambient;
use shared::app::db::Db;
use shared::users::store::{NewUser, insert, taken};
use shared::users::{Taken, kept_address, passwords};

/// Somebody who is to have an account.
pub struct Person {
    /// Their address.
    pub email: String,
    /// What they are called.
    pub username: String,
    /// In clear; it is not kept so.
    pub password: String,
    /// Whether they work here and may do everything.
    pub is_superuser: bool,
}

/// Makes the account. Not empty: what is another's already, and nothing was made.
pub async fn create(db: &Db, ambient: &dyn Ambient, person: Person) -> anyhow::Result<Vec<Taken>> {
    let email = kept_address(&person.email);
    let mut tx = db.read().await?;
    let owned = taken(&mut tx, &person.username, &email).await?;
    tx.commit().await?;
    if !owned.is_empty() {
        return Ok(owned);
    }
    let mut salt = [0; 16];
    ambient.fill_random(&mut salt);
    let user = NewUser {
        email,
        username: person.username,
        password_hash: passwords::hash(person.password, salt).await?,
        is_staff: person.is_superuser,
        is_superuser: person.is_superuser,
    };
    let mut tx = db.begin().await?;
    match insert(&mut tx, user, ambient.now()).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Vec::new())
        }
        Err(error) => Taken::of(&error).map(|taken| vec![taken]).ok_or_else(|| error.into()),
    }
}
