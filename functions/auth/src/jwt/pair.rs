//! Creates the two tokens of a sign-in.

use serde::Serialize;
use shared::ids::{SignInId, UserId};
use shared::users::store::sign_ins::NewRefreshToken;
use shared::users::tokens::{Claims, TokenType};
use utoipa::ToSchema;

use super::sha256;
use crate::AuthState;

/// The tokens of a sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// Refresh token for `POST /auth/jwt/refresh/`. It is valid for 14 days, unless the shop sets another lifetime.
    pub refresh: String,
    /// Access token for the header `Authorization: Bearer <token>`. It is valid for 15 minutes, unless the shop sets another lifetime.
    pub access: String,
}

/// Creates an access token.
pub(super) fn access_token(auth: &AuthState, user: UserId, sign_in: SignInId) -> anyhow::Result<String> {
    let (id, issued_at, lifetime) = (auth.app.rng.random_uuid(), auth.app.clock.now(), auth.lifetimes.access);
    let claims = Claims::new(TokenType::Access, user, id, issued_at, lifetime);
    auth.signer.sign(&claims.of_sign_in(sign_in))
}

/// Creates a refresh token, and the row that is stored for it.
pub(super) fn refresh_token(
    auth: &AuthState,
    user: UserId,
    sign_in: SignInId,
) -> anyhow::Result<(NewRefreshToken, String)> {
    let (id, issued_at, lifetime) = (auth.app.rng.random_uuid(), auth.app.clock.now(), auth.lifetimes.refresh);
    let claims = Claims::new(TokenType::Refresh, user, id, issued_at, lifetime);
    let token = auth.signer.sign(&claims.of_sign_in(sign_in))?;
    let expires_at = issued_at.plus_seconds(lifetime);
    Ok((NewRefreshToken { id, sign_in, user, sha256: sha256(&token)?, issued_at, expires_at }, token))
}
