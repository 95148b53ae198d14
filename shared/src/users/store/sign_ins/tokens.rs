//! SQL of refresh tokens. Only the digest of a token is stored.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

/// A refresh token that is issued.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken {
    /// Id of the token: its claim `jti`.
    pub id: Uuid,
    /// Sign-in that the token belongs to.
    pub sign_in: SignInId,
    /// Id of the account.
    pub user: UserId,
    /// Digest of the whole token.
    pub sha256: [u8; 32],
    /// Time at which the token was issued.
    pub issued_at: Timestamp,
    /// Time at which the token expires.
    pub expires_at: Timestamp,
}

/// Stores another refresh token of a sign-in, and deletes the tokens of the account that expired a day ago or earlier: a client that still
/// sends one gets the error for an expired token, which needs no row.
pub async fn insert_token(tx: &mut Tx, token: NewRefreshToken) -> sqlx::Result<()> {
    sqlx::query!(
        "with old_tokens as (
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

/// State of a refresh token and of its owner.
#[derive(Clone, Debug)]
pub struct RefreshTokenState {
    /// True if the owner can log in.
    pub is_active: bool,
    /// Digest of the token; `None` if the token was not issued to this account.
    pub sha256: Option<Vec<u8>>,
    /// Sign-in of the token; `None` if the token was not issued to this account.
    pub sign_in: Option<SignInId>,
    /// Time of the log-in; `None` if the token was not issued to this account.
    pub started_at: Option<Timestamp>,
    /// Time at which the sign-in was last used, to the minute; `None` if the token was not issued to this account.
    pub last_used_at: Option<Timestamp>,
    /// Time at which the token was first used to get another one; `None` if it was not.
    pub used_at: Option<Timestamp>,
    /// True if the token was revoked or its sign-in has ended.
    pub is_revoked: bool,
}

/// Returns the state of this token of this account; `None` if the account was deleted.
pub async fn refresh_token(tx: &mut Tx, token: Uuid, user: UserId) -> sqlx::Result<Option<RefreshTokenState>> {
    sqlx::query_as!(
        RefreshTokenState,
        r#"select u.is_active, t.token_sha256 as "sha256?", t.family_id as "sign_in?",
                  s.created_at as "started_at?", s.last_used_at as "last_used_at?", t.used_at as "used_at?",
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

/// Uses a token to get another one. Returns the time of its first use, which is `now` if this is the first. The token stays locked until the
/// transaction ends, so of two concurrent uses the second sees the first.
pub async fn use_token(tx: &mut Tx, token: Uuid, now: Timestamp) -> sqlx::Result<Timestamp> {
    sqlx::query_scalar!(
        r#"update refresh_tokens set used_at = coalesce(used_at, $2) where id = $1 returning used_at as "used_at!""#,
        token,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}
