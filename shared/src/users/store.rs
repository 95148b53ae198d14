//! Accounts in SQL.

use uuid::Uuid;

use super::Taken;
use crate::app::db::{Call, Db, Tx};
use crate::ids::UserId;
use crate::time::Timestamp;

/// Who somebody is, as every request of theirs needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
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
}

/// The account a token speaks of; `None` where it is gone. One exchange, in a transaction of its own.
pub async fn account(db: &Db, user: UserId) -> sqlx::Result<Option<Account>> {
    let rows = db.call(Call::new("account").bigint(user.0)).await?;
    Ok(rows.into_iter().next())
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

/// Ends an account, with its carts and sign-ins. Its orders stay, as nobody's.
pub async fn delete(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from users where id = $1", user as _).execute(&mut *tx).await.map(drop)
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

/// Notes a log-in; whether it still may be one. The account stays locked until the transaction ends.
pub async fn note_login(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!("update users set last_login_at = $2 where id = $1 and is_active", user as _, now as _)
        .execute(&mut *tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// A refresh token that was handed out.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken {
    /// Its `jti`.
    pub id: Uuid,
    /// Whose.
    pub user: UserId,
    /// Digest of the whole token.
    pub sha256: [u8; 32],
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Remembers a refresh token, the first of its family, and forgets those of its owner that ended a day ago or longer: nobody
/// is told anything about them but that they are expired, and the token itself says that.
pub async fn insert_refresh_token(tx: &mut Tx, token: NewRefreshToken) -> sqlx::Result<()> {
    sqlx::query!(
        "with ended as (
             delete from refresh_tokens where user_id = $2 and expires_at < $4::timestamptz - interval '1 day'
         )
         insert into refresh_tokens (id, family_id, user_id, token_sha256, issued_at, expires_at)
         values ($1, $1, $2, $3, $4, $5)",
        token.id,
        token.user as _,
        &token.sha256[..],
        token.issued_at as _,
        token.expires_at as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// What became of a refresh token and of its owner.
#[derive(Clone, Debug)]
pub struct RefreshTokenState {
    /// Whether the owner may sign in.
    pub is_active: bool,
    /// Digest of the token; `None` where no such token was handed out to them.
    pub sha256: Option<Vec<u8>>,
    /// Whether it was called back.
    pub is_revoked: bool,
}

/// What became of this token of this user; `None` where the account is gone.
pub async fn refresh_token(tx: &mut Tx, token: Uuid, user: UserId) -> sqlx::Result<Option<RefreshTokenState>> {
    sqlx::query_as!(
        RefreshTokenState,
        r#"select u.is_active, t.token_sha256 as "sha256?", t.revoked_at is not null as "is_revoked!"
             from users u
             left join refresh_tokens t on t.user_id = u.id and t.id = $1
            where u.id = $2"#,
        token,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}
