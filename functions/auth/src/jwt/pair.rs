//! Creates the two tokens of a sign-in.

use serde::Serialize;
use shared::ids::{SignInId, UserId};
use shared::time::Timestamp;
use shared::users::store::sign_ins::NewRefreshToken;
use shared::users::tokens::{Claims, TokenType};
use utoipa::ToSchema;

use super::sha256;
use crate::{AuthState, Keys};

/// The tokens of a sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// Refresh token for `POST /auth/jwt/refresh/`. It is valid for 14 days, unless the shop sets another lifetime.
    pub refresh: String,
    /// Access token for the header `Authorization: Bearer <token>`. It is valid for 15 minutes, unless the shop sets another lifetime.
    pub access: String,
}

/// A sign-in for which tokens are created. None of them outlives it.
#[derive(Clone, Copy)]
pub(super) struct TokenOwner {
    /// Id of the account.
    pub user: UserId,
    /// Id of the sign-in.
    pub sign_in: SignInId,
    /// Time at which the sign-in ends, however often it is used.
    pub ends_at: Timestamp,
}

impl TokenOwner {
    fn claims(self, auth: &AuthState, token_type: TokenType, lifetime: i64) -> (Claims, i64) {
        let now = auth.app.clock.now();
        let lifetime = lifetime.min(self.ends_at.seconds() - now.seconds());
        let claims = Claims::new(token_type, self.user, auth.app.rng.random_uuid(), now, lifetime);
        (claims.of_sign_in(self.sign_in), lifetime)
    }
}

/// Creates an access token.
pub(super) fn access_token(auth: &AuthState, keys: &Keys, owner: TokenOwner) -> anyhow::Result<String> {
    let (claims, _) = owner.claims(auth, TokenType::Access, auth.lifetimes.access);
    keys.signer.sign(&claims)
}

/// Creates a refresh token, and the row that is stored for it.
pub(super) fn refresh_token(
    auth: &AuthState,
    keys: &Keys,
    owner: TokenOwner,
) -> anyhow::Result<(NewRefreshToken, String)> {
    let (claims, lifetime) = owner.claims(auth, TokenType::Refresh, auth.lifetimes.refresh);
    let (id, issued_at, token) = (claims.id()?, auth.app.clock.now(), keys.signer.sign(&claims)?);
    let TokenOwner { user, sign_in, .. } = owner;
    let expires_at = issued_at.plus_seconds(lifetime);
    Ok((NewRefreshToken { id, sign_in, user, sha256: sha256(&token)?, issued_at, expires_at }, token))
}
