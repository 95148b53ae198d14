//! Sign-ins and their refresh tokens, in SQL.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;
use crate::users::Origin;

/// How long a sign-in is remembered after it has ended or run out: for as long, its place is no new place.
const REMEMBERED_DAYS: i32 = 90;

/// Somebody has logged in.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// Which.
    pub id: SignInId,
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, if nothing prolongs it.
    pub expires_at: Timestamp,
}

/// A refresh token that was handed out.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken {
    /// Its `jti`.
    pub id: Uuid,
    /// The sign-in it belongs to.
    pub sign_in: SignInId,
    /// Whose.
    pub user: UserId,
    /// Digest of the whole token.
    pub sha256: [u8; 32],
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why a sign-in has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner logged out there.
    LoggedOut,
    /// Its owner ended it from elsewhere.
    EndedByOwner,
    /// The account has another password.
    PasswordChanged,
    /// The account has another address.
    EmailChanged,
    /// The account was switched off.
    Deactivated,
    /// One of its refresh tokens came twice.
    TokenReused,
}

impl EndReason {
    /// `sign_ins.end_reason`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::EndedByOwner => "ended_by_owner",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::Deactivated => "deactivated",
            Self::TokenReused => "token_reused",
        }
    }
}

/// Remembers a sign-in, and forgets those of its owner that ran out long ago.
pub async fn insert(tx: &mut Tx, new: NewSignIn, origin: &Origin) -> sqlx::Result<()> {
    sqlx::query!(
        "with over as (
             delete from sign_ins where user_id = $2 and expires_at < $3::timestamptz - make_interval(days => $8)
         )
         insert into sign_ins (id, user_id, created_at, last_used_at, expires_at, address, network, user_agent)
         values ($1, $2, $3, $3, $4, $5, $6, $7)",
        new.id as _,
        new.user as _,
        new.created_at as _,
        new.expires_at as _,
        origin.address_text(),
        origin.network(),
        origin.user_agent,
        REMEMBERED_DAYS
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Remembers a refresh token, and forgets those of its owner that ended a day ago or longer: nobody is told anything about them but
/// that they are expired, and the token itself says that.
pub async fn insert_token(tx: &mut Tx, token: NewRefreshToken) -> sqlx::Result<()> {
    sqlx::query!(
        "with ended as (
             delete from refresh_tokens where user_id = $3 and expires_at < $5::timestamptz - interval '1 day'
         )
         insert into refresh_tokens (id, family_id, user_id, token_sha256, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        token.id,
        token.sign_in as _,
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
    /// Its sign-in; `None` likewise.
    pub sign_in: Option<SignInId>,
    /// Whether it was called back, or its sign-in has ended.
    pub is_revoked: bool,
}

/// What became of this token of this user; `None` where the account is gone.
pub async fn refresh_token(tx: &mut Tx, token: Uuid, user: UserId) -> sqlx::Result<Option<RefreshTokenState>> {
    sqlx::query_as!(
        RefreshTokenState,
        r#"select u.is_active, t.token_sha256 as "sha256?", t.family_id as "sign_in?",
                  coalesce(t.revoked_at, s.ended_at) is not null as "is_revoked!"
             from users u
             left join refresh_tokens t on t.user_id = u.id and t.id = $1
             left join sign_ins s on s.id = t.family_id
            where u.id = $2"#,
        token,
        user as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Ends every sign-in of an account, but for this one; how many it were.
pub async fn end_all(
    tx: &mut Tx,
    user: UserId,
    but: Option<SignInId>,
    reason: EndReason,
    now: Timestamp,
) -> sqlx::Result<u64> {
    sqlx::query!(
        "update sign_ins set ended_at = $3, end_reason = $4
          where user_id = $1 and ended_at is null and id is distinct from $2",
        user as _,
        but as _,
        now as _,
        reason.name()
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
