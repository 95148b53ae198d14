//! SQL of registrations that wait for the link in their mail.

use crate::app::db::Tx;
use crate::ids::UserId;
use crate::locale::Locale;
use crate::time::Timestamp;
use crate::users::links::{ACTIVATION_SECONDS, Purpose, sha256};
use crate::users::store::{accounts, proven};
use crate::users::{Taken, username_key};

/// Seconds after which a registration whose link was not opened is deleted.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A registration to insert.
#[derive(Clone)]
pub struct NewRegistration {
    /// Email address, normalized by [`crate::users::normalize_email`].
    pub email: String,
    /// Username of the account.
    pub username: String,
    /// Hash from [`crate::users::passwords::hash`].
    pub password_hash: String,
    /// Language of the mails to the account.
    pub locale: Locale,
    /// Network of the client ([`crate::users::ClientInfo::network`]).
    pub network: Option<String>,
}

/// A registration that waits for its link.
#[derive(Clone)]
pub struct Registration {
    /// Id of the account that it becomes.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Username of the account.
    pub username: String,
    /// Hash of the password.
    pub password_hash: String,
    /// Language of the mails to the account.
    pub locale: Locale,
    /// Network of the client that registered.
    pub network: Option<String>,
    /// Time of the registration, which is also its version: a later one with the same address replaces it.
    pub created_at: Timestamp,
}

/// A registration, as the mail with its link needs it.
#[derive(Clone, Debug)]
pub struct RegisteredAddress {
    /// Id of the account that it becomes.
    pub id: UserId,
    /// Email address of the account.
    pub email: String,
    /// Language of the mails to the account.
    pub locale: Locale,
    /// Time of the registration, which is also its version.
    pub created_at: Timestamp,
}

/// Inserts a registration, which replaces an earlier one with its address, and returns the id of the account that it becomes. Whether the address
/// has an account makes no difference. Returns the error if the username is taken.
pub async fn insert(tx: &mut Tx, new: NewRegistration, now: Timestamp) -> sqlx::Result<Result<UserId, Taken>> {
    let key = username_key(&new.username);
    let is_taken = sqlx::query_scalar!(
        r#"select exists (select from users where username_key = $1)
               or exists (select from registrations where username_key = $1 and lower(email) <> lower($2)) as "is_taken!""#,
        key,
        new.email
    )
    .fetch_one(&mut *tx)
    .await?;
    if is_taken {
        return Ok(Err(Taken::Username));
    }
    let id = sqlx::query_scalar!(
        r#"insert into registrations (id, email, username, username_key, password_hash, locale, network, created_at)
           values (nextval(pg_get_serial_sequence('users', 'id')), $1, $2, $3, $4, $5, $6, $7)
           on conflict (lower(email)) do update
              set email = excluded.email, username = excluded.username, username_key = excluded.username_key,
                  password_hash = excluded.password_hash, locale = excluded.locale, network = excluded.network,
                  created_at = excluded.created_at
           returning id"#,
        new.email,
        new.username,
        key,
        new.password_hash,
        new.locale.as_str(),
        new.network,
        now as _
    )
    .fetch_one(&mut *tx)
    .await?;
    // The links of an earlier registration would open this one.
    sqlx::query!("delete from registration_links where registration_id = $1", id as _).execute(&mut *tx).await?;
    Ok(Ok(id))
}

/// Returns true if a registration holds this username.
pub async fn has_username(tx: &mut Tx, username: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from registrations where username_key = $1) as "is_held!""#,
        username_key(username)
    )
    .fetch_one(&mut *tx)
    .await
}

/// Returns the registration with this id.
pub async fn find(tx: &mut Tx, id: UserId) -> sqlx::Result<Option<Registration>> {
    sqlx::query_as!(
        Registration,
        "select id, email, username, password_hash, locale, network, created_at from registrations where id = $1",
        id as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Returns the registration with this address, unless an account has the address and does not just wait for its activation there.
pub async fn with_free_address(tx: &mut Tx, email: &str) -> sqlx::Result<Option<RegisteredAddress>> {
    let registration = sqlx::query_as!(
        RegisteredAddress,
        "select id, email, locale, created_at from registrations where lower(email) = lower($1)",
        email
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(registration) = registration else { return Ok(None) };
    Ok(owner_of_address(tx, &registration.email).await?.is_none_or(|owner| owner.is_waiting).then_some(registration))
}

/// Stores a link that is about to be mailed in place of the one before, unless the registration was replaced since it was read.
pub async fn insert_link(tx: &mut Tx, id: UserId, version: Timestamp, token: &str, now: Timestamp) -> sqlx::Result<()> {
    // The lock makes a later registration wait, which then deletes this link.
    sqlx::query!(
        "insert into registration_links (token_sha256, registration_id, created_at, expires_at)
         select $1, id, $4, $5 from registrations where id = $2 and created_at = $3 for share
         on conflict (registration_id) do update
            set token_sha256 = $1, created_at = $4, expires_at = $5",
        sha256(token),
        id as _,
        version as _,
        now as _,
        now.plus_seconds(ACTIVATION_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Returns true if this link opens this registration now.
pub async fn is_valid_link(tx: &mut Tx, id: UserId, token: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from registration_links where token_sha256 = $1 and registration_id = $2 and expires_at > $3) as "is_valid!""#,
        sha256(token),
        id as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Makes an active account of a registration, with this password, and deletes the registration. Its link proves that the owner of the account
/// reads mail to the address. Returns false if the link is not valid any more, the registration was replaced since it was read, or the address or the username has another
/// owner in the meantime.
pub async fn complete(
    tx: &mut Tx,
    read: &Registration,
    password_hash: &str,
    token: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    if !release_address(tx, &read.email).await? {
        return Ok(false);
    }
    let is_current = sqlx::query_scalar!(
        "select id from registrations where id = $1 and created_at = $2 for update",
        read.id as _,
        read.created_at as _
    )
    .fetch_optional(&mut *tx)
    .await?
    .is_some();
    if !is_current || !is_valid_link(tx, read.id, token, now).await? {
        return Ok(false);
    }
    let inserted = sqlx::query!(
        "insert into users (id, email, username, username_key, password_hash, locale, created_at)
         overriding system value
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        read.id as _,
        read.email,
        read.username,
        username_key(&read.username),
        password_hash,
        read.locale.as_str(),
        read.created_at as _
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    proven::prove(tx, read.id, &read.email, now).await?;
    // Kept as used, so that a second click on the link is not an error.
    sqlx::query!(
        "insert into mailed_links (token_sha256, user_id, purpose, email, created_at, expires_at, used_at)
         select token_sha256, registration_id, $2, $3, created_at, expires_at, $4 from registration_links where token_sha256 = $1",
        sha256(token),
        Purpose::ActivateUser.as_str(),
        read.email,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from registrations where id = $1", read.id as _).execute(&mut *tx).await?;
    Ok(true)
}

/// Deletes at most `limit` registrations whose links were not opened; returns their number.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from registrations where id in (
             select id from registrations where created_at < $1 order by created_at limit $2 for update skip locked)",
        now.plus_seconds(-KEPT_SECONDS) as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}

/// The account that has an address.
struct Owner {
    id: UserId,
    /// True if the account has changed to the address and waits for its activation there.
    is_waiting: bool,
}

async fn owner_of_address(tx: &mut Tx, email: &str) -> sqlx::Result<Option<Owner>> {
    let id = sqlx::query_scalar!("select id from users where lower(email) = lower($1)", email)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(id) = id else { return Ok(None) };
    let waiting = super::addressees::waiting_for_activation(tx, email).await?;
    Ok(Some(Owner { id, is_waiting: waiting.is_some_and(|waiting| waiting.id == id) }))
}

/// Takes an address from an account that has changed to it and not proven it. The account gets its last proven address back and is active
/// again; if another account has that one, it gets an address to which no mail can be sent. Returns false if an account has the address
/// rightfully.
async fn release_address(tx: &mut Tx, email: &str) -> sqlx::Result<bool> {
    // In its own statement, so that the owner is judged after a deactivation that this one waits for.
    sqlx::query_scalar!("select id from users where lower(email) = lower($1) for no key update", email)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(owner) = owner_of_address(tx, email).await? else { return Ok(true) };
    Ok(owner.is_waiting && accounts::take_address(tx, owner.id, email).await?)
}
