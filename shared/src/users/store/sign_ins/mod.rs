//! SQL of sign-ins.

mod tokens;

pub use tokens::{NewRefreshToken, RefreshTokenState, insert_token, refresh_token, use_token};

use crate::app::db::{KeysetBounds, Tx};
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

/// Days for which a sign-in is kept after it has ended or expired. For as long, its network does not count as new.
pub(super) const REMEMBERED_DAYS: i32 = 90;

/// Maximum number of open sign-ins of an account.
pub const MAX_OPEN: i32 = 100;

/// Reasons why a sign-in has ended. `finish_log_in` has one more, `too_many_open`.
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
}

impl EndReason {
    /// Text in `sign_ins.end_reason`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
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

/// Forgets the networks in which an account was used before, but not this one.
pub async fn forget_networks(tx: &mut Tx, user: UserId, except: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_ins set network = null where user_id = $1 and network is distinct from $2 and network is not null",
        user as _,
        except
    )
    .execute(&mut *tx)
    .await
    .map(drop)
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
