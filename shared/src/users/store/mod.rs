//! Accounts in SQL.

pub mod accounts;
pub mod addressees;
pub mod api_keys;
pub mod export;
pub mod import;
pub mod links;
pub mod profile;
pub mod sign_ins;
pub mod totp;

mod erasure;

use sqlx::Row as _;
use sqlx::postgres::PgRow;

pub use erasure::{Erasure, delete};

use super::{Permissions, Taken};
use crate::app::db::{Call, Db, Tx};
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

/// Who somebody is, as every request of theirs needs it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which account.
    pub id: UserId,
    /// Where their mail goes.
    pub email: String,
    /// What they are called.
    pub username: String,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
    /// What they may do as one of the staff; everything, if they are a superuser.
    pub permissions: Permissions,
    /// The sign-in that the request belongs to.
    pub sign_in: Option<SignInId>,
    /// Whether that sign-in has ended.
    pub is_signed_out: bool,
}

impl sqlx::FromRow<'_, PgRow> for Account {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let (is_staff, is_superuser) = (row.try_get("is_staff")?, row.try_get("is_superuser")?);
        let names: String = row.try_get("permissions")?;
        Ok(Self {
            id: row.try_get("id")?,
            email: row.try_get("email")?,
            username: row.try_get("username")?,
            is_active: row.try_get("is_active")?,
            is_staff,
            is_superuser,
            permissions: match (is_staff, is_superuser) {
                (true, true) => Permissions::all(),
                (true, false) => Permissions::of_names(names.split(',')),
                (false, _) => Permissions::NONE,
            },
            sign_in: None,
            is_signed_out: row.try_get("is_signed_out")?,
        })
    }
}

/// The account a token speaks of; `None` where it is gone. One exchange, in a transaction of its own.
pub async fn account(db: &Db, user: UserId, sign_in: Option<SignInId>) -> sqlx::Result<Option<Account>> {
    let call = Call::new("caller").bigint(user.0).uuid(sign_in.map(|sign_in| sign_in.0));
    let rows: Vec<Account> = db.call(call).await?;
    Ok(rows.into_iter().next().map(|account| Account { sign_in, ..account }))
}

/// An account to be.
#[derive(Clone)]
pub struct NewUser {
    /// Where their mail goes; as [`super::kept_address`] makes it.
    pub email: String,
    /// What they are called.
    pub username: String,
    /// Of [`super::passwords::hash`].
    pub password_hash: String,
    /// Whether they work here.
    pub is_staff: bool,
    /// Whether they may do everything.
    pub is_superuser: bool,
}

/// Makes an account. [`Taken::of`] reads the error where its name or address has an owner.
pub async fn insert(tx: &mut Tx, user: NewUser, now: Timestamp) -> sqlx::Result<UserId> {
    sqlx::query_scalar!(
        "insert into users (email, username, password_hash, is_staff, is_superuser, created_at)
         values ($1, $2, $3, $4, $5, $6)
         returning id",
        user.email,
        user.username,
        user.password_hash,
        user.is_staff,
        user.is_superuser,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Which of the two have an owner now. Only to tell somebody who was refused; whether a name is free, `insert` judges.
pub async fn taken(tx: &mut Tx, username: &str, email: &str) -> sqlx::Result<Vec<Taken>> {
    let row = sqlx::query!(
        r#"select exists (select from users where username = $1) as "username!",
                  exists (select from users where lower(email) = lower($2)) as "email!""#,
        username,
        email
    )
    .fetch_one(&mut *tx)
    .await?;
    let each = [(Taken::Username, row.username), (Taken::Email, row.email)];
    Ok(each.into_iter().filter_map(|(taken, is_so)| is_so.then_some(taken)).collect())
}

/// Gives an account another name; whether there is such an account. [`Taken::of`] reads the error where the name has an owner.
pub async fn rename(tx: &mut Tx, user: UserId, username: &str) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update users set username = $2 where id = $1", user as _, username).execute(&mut *tx).await?;
    Ok(done.rows_affected() == 1)
}

/// What a password is held against.
pub struct Credentials {
    /// Whose.
    pub id: UserId,
    /// A PHC string, or a text that no password fits.
    pub password_hash: String,
    /// Whether they may sign in.
    pub is_active: bool,
}

/// The credentials that go with an address. An address is one account's whatever its capitals, so this finds the exact one
/// where it is there, and otherwise the only other that can be meant.
pub async fn credentials(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(Credentials, "select id, password_hash, is_active from users where lower(email) = lower($1)", email)
        .fetch_optional(&mut *tx)
        .await
}

/// What somebody's password is held against; `None` where the account is gone.
pub async fn password_hash(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select password_hash from users where id = $1", user as _).fetch_optional(&mut *tx).await
}

/// Keeps a password in another way; whether it does: not where another password is kept by now, or the same in a third way.
pub async fn renew_password_hash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> sqlx::Result<bool> {
    sqlx::query!("update users set password_hash = $3 where id = $1 and password_hash = $2", user as _, old, new)
        .execute(&mut *tx)
        .await
        .map(|done| done.rows_affected() == 1)
}
