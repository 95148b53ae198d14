//! SQL of sign-ins.

mod tokens;

pub use tokens::{NewRefreshToken, RefreshTokenState, insert_token, refresh_token, use_token};

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;
use crate::users::ClientInfo;

/// Days for which a sign-in is kept after it has ended or expired. For as long, its network does not count as new.
const REMEMBERED_DAYS: i32 = 90;

/// Maximum number of open sign-ins of an account.
pub const MAX_OPEN: i64 = 100;

/// Reasons why a sign-in has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum EndReason {
    /// Its owner logged out on this device.
    LoggedOut,
    /// Its owner ended it from another device.
    EndedByOwner,
    /// The password was changed.
    PasswordChanged,
    /// The email address was changed.
    EmailChanged,
    /// The account was deactivated.
    Deactivated,
    /// One of its refresh tokens was used twice.
    TokenReused,
    /// The account had too many open sign-ins, and this was the oldest.
    TooManyOpen,
}

impl EndReason {
    /// Text in `sign_ins.end_reason`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Result of starting a sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// True if the account was used before, but never from this network.
    pub is_new_network: bool,
}

/// Starts a sign-in with its first refresh token, and records the log-in. Returns `None` if the account was deleted or deactivated, or if its
/// password hash has changed since it was checked: a change of password ends all sign-ins, and this one must not start after it. Deletes the
/// sign-ins of the account that expired long ago, and ends the oldest open ones if there would be too many. One statement, because a log-in has enough round trips without it.
pub async fn open(
    tx: &mut Tx,
    token: NewRefreshToken,
    password_hash: &str,
    client_info: &ClientInfo,
) -> sqlx::Result<Option<Opened>> {
    sqlx::query_as!(
        Opened,
        r#"with owner as (
             update users set last_login_at = $5 where id = $3 and is_active and password_hash = $11 returning id
         ), old_sign_ins as (
             delete from sign_ins where user_id = $3 and expires_at < $5::timestamptz - make_interval(days => $10)
         ), old_tokens as (
             delete from refresh_tokens where user_id = $3 and expires_at < $5::timestamptz - interval '1 day'
         ), surplus as (
             update sign_ins set ended_at = $5, end_reason = $13
              where exists (select from owner)
                and id in (select id from sign_ins
                            where user_id = $3 and ended_at is null and expires_at > $5
                            order by created_at desc, id desc offset $12)
         ), opened as (
             insert into sign_ins (id, user_id, created_at, last_used_at, expires_at, address, network, user_agent)
             select $2, owner.id, $5, $5, $6, $7, $8, $9 from owner
             returning id, user_id
         )
         insert into refresh_tokens (id, family_id, user_id, token_sha256, issued_at, expires_at)
         select $1, opened.id, opened.user_id, $4, $5, $6 from opened
         returning $8::text is not null
               and exists (select from sign_ins where user_id = $3 and network is not null)
               and not exists (select from sign_ins where user_id = $3 and network = $8) as "is_new_network!""#,
        token.id,
        token.sign_in as _,
        token.user as _,
        &token.sha256[..],
        token.issued_at as _,
        token.expires_at as _,
        client_info.address_text(),
        client_info.network(),
        client_info.user_agent,
        REMEMBERED_DAYS,
        password_hash,
        MAX_OPEN - 1,
        EndReason::TooManyOpen.as_str()
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Returns true if the account with this email address was used from this network before.
pub async fn is_known_network(tx: &mut Tx, email: &str, network: Option<&str>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from users u join sign_ins s on s.user_id = u.id
                where lower(u.email) = lower($1) and s.network = $2) as "is_known!""#,
        email,
        network
    )
    .fetch_one(&mut *tx)
    .await
}

/// Returns true if this account was used from this network before.
pub async fn has_used_network(tx: &mut Tx, user: UserId, network: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from sign_ins where user_id = $1 and network = $2) as "has_used!""#,
        user as _,
        network
    )
    .fetch_one(&mut *tx)
    .await
}

/// Records that a sign-in is used, and prolongs it to `until` if that is later than its end.
pub async fn record_use(tx: &mut Tx, sign_in: SignInId, now: Timestamp, until: Option<Timestamp>) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_ins set last_used_at = greatest(last_used_at, $2), expires_at = greatest(expires_at, $3) where id = $1",
        sign_in as _,
        now as _,
        until as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Records that the owner of a sign-in has proven the second factor in it.
pub async fn record_second_factor(tx: &mut Tx, sign_in: SignInId) -> sqlx::Result<()> {
    sqlx::query!("update sign_ins set has_second_factor = true where id = $1", sign_in as _)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Records that the second factor of an account is proven in this sign-in alone, or in none, because its device is a new one or is removed.
pub async fn restrict_second_factor(tx: &mut Tx, user: UserId, to: Option<SignInId>) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_ins set has_second_factor = not has_second_factor
          where user_id = $1 and has_second_factor = (id is distinct from $2)",
        user as _,
        to as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// An open sign-in.
#[derive(Clone, Debug)]
pub struct OpenSignIn {
    /// Id of the sign-in.
    pub id: SignInId,
    /// Time of the log-in.
    pub created_at: Timestamp,
    /// Time at which it last got an access token, to the minute.
    pub last_used_at: Timestamp,
    /// Time at which it expires unless it is prolonged.
    pub expires_at: Timestamp,
    /// Network address of the client at log-in.
    pub address: Option<String>,
    /// `User-Agent` header of the client at log-in.
    pub user_agent: Option<String>,
}

/// Lists a page of a user's open sign-ins, newest first.
pub async fn list(
    tx: &mut Tx,
    user: UserId,
    bounds: KeysetBounds<(Timestamp, SignInId)>,
    now: Timestamp,
) -> sqlx::Result<Vec<OpenSignIn>> {
    let ((after, after_id), (before, before_id)) = (bounds.after.unzip(), bounds.before.unzip());
    sqlx::query_as!(
        OpenSignIn,
        "select id, created_at, last_used_at, expires_at, address, user_agent
           from sign_ins
          where user_id = $1 and ended_at is null and expires_at > $2
            and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
            and ($5::timestamptz is null or (created_at, id) > ($5, $6::uuid))
          order by case when $5::timestamptz is null then created_at end desc, case when $5::timestamptz is null then id end desc,
                   created_at, id
          limit $7",
        user as _,
        now as _,
        after as _,
        after_id as _,
        before as _,
        before_id as _,
        bounds.limit
    )
    .fetch_all(&mut *tx)
    .await
}

/// Counts the open sign-ins of a user.
pub async fn count(tx: &mut Tx, user: UserId, now: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from sign_ins where user_id = $1 and ended_at is null and expires_at > $2"#,
        user as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Ends a sign-in; returns false if the user has no such open sign-in.
pub async fn end(
    tx: &mut Tx,
    user: UserId,
    sign_in: SignInId,
    reason: EndReason,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "update sign_ins set ended_at = $3, end_reason = $4
          where id = $1 and user_id = $2 and ended_at is null and expires_at > $3",
        sign_in as _,
        user as _,
        now as _,
        reason.as_str()
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Ends all sign-ins of an account except this one; returns their number.
pub async fn end_all(
    tx: &mut Tx,
    user: UserId,
    except: Option<SignInId>,
    reason: EndReason,
    now: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "update sign_ins set ended_at = $3, end_reason = $4
          where user_id = $1 and ended_at is null and id is distinct from $2",
        user as _,
        except as _,
        now as _,
        reason.as_str()
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
