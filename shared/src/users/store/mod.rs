//! SQL of accounts.

pub mod accounts;
pub mod addressees;
pub mod api_keys;
pub mod export;
pub mod import;
pub mod links;
pub mod log_in;
pub mod profile;
pub mod proven;
pub mod registrations;
pub mod sign_ins;
pub mod totp;

mod erasure;

use sqlx::Row as _;
use sqlx::postgres::PgRow;

pub use erasure::{Erasure, delete, lock_for_deletion};

use super::{AuthOptions, Permissions, SecondFactorStep, Taken, username_key};
use crate::app::db::{Call, Db, Tx};
use crate::ids::{SignInId, UserId};
use crate::locale::Locale;
use crate::time::Timestamp;

/// The account of the caller, as every request of a signed-in user needs it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Id of the account.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Username of the account.
    pub username: String,
    /// True if the owner can log in.
    pub is_active: bool,
    /// True if the account is staff.
    pub is_staff: bool,
    /// True if the account is a superuser.
    pub is_superuser: bool,
    /// Permissions as a staff member; all permissions for a superuser.
    pub permissions: Permissions,
    /// Sign-in that the request belongs to.
    pub sign_in: SignInId,
    /// True if that sign-in has ended, or is not one of the account.
    pub is_signed_out: bool,
    /// Step with the second factor that is left before the account has its permissions, where the shop requires one.
    pub second_factor_step: Option<SecondFactorStep>,
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
                (true, false) => Permissions::from_names(names.split(',')),
                (false, _) => Permissions::NONE,
            },
            sign_in: row.try_get("sign_in_id")?,
            is_signed_out: row.try_get("is_signed_out")?,
            second_factor_step: SecondFactorStep::left(row.try_get("has_device")?, row.try_get("has_second_factor")?)
                .filter(|_| is_staff),
        })
    }
}

/// Returns the account that a token names; `None` if it was deleted. If staff need a second factor here, those who have not used one get no
/// permissions. One round trip, in its own transaction.
pub async fn account(db: &Db, user: UserId, sign_in: SignInId, options: AuthOptions) -> sqlx::Result<Option<Account>> {
    let rows: Vec<Account> = db.call(Call::new("caller").bigint(user.0).uuid(sign_in.0)).await?;
    Ok(rows.into_iter().next().map(|account| account.under(options)))
}

impl Account {
    /// Returns the account as these options let it act.
    fn under(self, options: AuthOptions) -> Self {
        match self.second_factor_step {
            Some(_) if options.staff_needs_second_factor => Self { permissions: Permissions::NONE, ..self },
            Some(_) | None => Self { second_factor_step: None, ..self },
        }
    }
}

/// An account to insert.
#[derive(Clone)]
pub struct NewUser {
    /// Email address, normalized by [`super::normalize_email`].
    pub email: String,
    /// Username of the account.
    pub username: String,
    /// Hash from [`super::passwords::hash`].
    pub password_hash: String,
    /// True if the account is staff.
    pub is_staff: bool,
    /// True if the account is a superuser.
    pub is_superuser: bool,
    /// Language of the mails to the account.
    pub locale: Locale,
}

/// Inserts an account. [`Taken::from_error`] reads the error if its username or email address is taken.
pub async fn insert(tx: &mut Tx, user: NewUser, now: Timestamp) -> sqlx::Result<UserId> {
    sqlx::query_scalar!(
        "insert into users (email, username, username_key, password_hash, is_staff, is_superuser, locale, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         returning id",
        user.email,
        user.username,
        username_key(&user.username),
        user.password_hash,
        user.is_staff,
        user.is_superuser,
        user.locale.as_str(),
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Returns which of the two values are taken, for an error text only; whether a value is free is decided by `insert`.
pub async fn taken(tx: &mut Tx, username: &str, email: &str) -> sqlx::Result<Vec<Taken>> {
    let row = sqlx::query!(
        r#"select exists (select from users where username_key = $1)
                      or exists (select from registrations where username_key = $1) as "username!",
                  exists (select from users where lower(email) = lower($2)) as "email!""#,
        username_key(username),
        email
    )
    .fetch_one(&mut *tx)
    .await?;
    let values = [(Taken::Username, row.username), (Taken::Email, row.email)];
    Ok(values.into_iter().filter_map(|(value, is_taken)| is_taken.then_some(value)).collect())
}

/// Changes the username; returns false if there is no such account. [`Taken::from_error`] reads the error if the username is taken.
pub async fn rename(tx: &mut Tx, user: UserId, username: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set username = $2, username_key = $3 where id = $1",
        user as _,
        username,
        username_key(username)
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns true if an active account has this email address, in any case.
pub async fn is_active(tx: &mut Tx, email: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where lower(email) = lower($1) and is_active) as "is_active!""#,
        email
    )
    .fetch_one(&mut *tx)
    .await
}

/// Returns the password hash of an account; `None` if the account was deleted.
pub async fn password_hash(tx: &mut Tx, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select password_hash from users where id = $1", user as _).fetch_optional(&mut *tx).await
}

/// Replaces the hash of an unchanged password; returns false if the stored hash is not `old` any more.
pub async fn renew_password_hash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> sqlx::Result<bool> {
    sqlx::query!("update users set password_hash = $3 where id = $1 and password_hash = $2", user as _, old, new)
        .execute(&mut *tx)
        .await
        .map(|done| done.rows_affected() == 1)
}
