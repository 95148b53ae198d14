//! The two tokens of a sign-in, made and not yet handed out.

use serde::Serialize;
use shared::ids::{SignInId, UserId};
use shared::users::store::sign_ins::NewRefreshToken;
use shared::users::tokens::{Claims, TokenType};
use utoipa::ToSchema;

use super::sha256;
use crate::AuthState;

/// A sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenPair {
    /// Gets new access tokens at `/auth/jwt/refresh/`, again and again until it ends: after two weeks, unless the shop says otherwise.
    pub refresh: String,
    /// Opens the API: `Authorization: Bearer …`. It ends after a quarter of an hour, unless the shop
    /// says otherwise.
    pub access: String,
}

/// A new access token.
pub(super) fn access_token(auth: &AuthState, user: UserId, sign_in: SignInId) -> anyhow::Result<String> {
    let (id, issued_at, lifetime) = (auth.app.rng.random_uuid(), auth.app.clock.now(), auth.lifetimes.access);
    let claims = Claims::new(TokenType::Access, user, id, issued_at, lifetime);
    auth.signer.sign(&claims.of_sign_in(sign_in))
}

/// A new refresh token, and what is to be kept of it.
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
