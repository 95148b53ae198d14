//! Refresh tokens in SQL. Of a token only its digest is kept.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

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

/// Remembers another refresh token of a sign-in, and forgets those of its owner that ended a day ago or longer: nobody is told
/// anything about them but that they are expired, and the token itself says that.
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
    /// When its sign-in was last used, to the minute; `None` likewise.
    pub last_used_at: Option<Timestamp>,
    /// When it was first exchanged for another, if it was.
    pub used_at: Option<Timestamp>,
    /// Whether it was called back, or its sign-in has ended.
    pub is_revoked: bool,
}

/// What became of this token of this user; `None` where the account is gone.
pub async fn refresh_token(tx: &mut Tx, token: Uuid, user: UserId) -> sqlx::Result<Option<RefreshTokenState>> {
    sqlx::query_as!(
        RefreshTokenState,
        r#"select u.is_active, t.token_sha256 as "sha256?", t.family_id as "sign_in?",
                  s.last_used_at as "last_used_at?", t.used_at as "used_at?",
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

/// Exchanges a token for another; when that was done first, which is `now` where it was never done before. The token stays
/// locked until the transaction ends, so of two at once the second sees what the first did.
pub async fn use_token(tx: &mut Tx, token: Uuid, now: Timestamp) -> sqlx::Result<Timestamp> {
    sqlx::query_scalar!(
        r#"update refresh_tokens set used_at = coalesce(used_at, $2) where id = $1 returning used_at as "used_at!""#,
        token,
        now as _
    )
    .fetch_one(&mut *tx)
    .await
}
