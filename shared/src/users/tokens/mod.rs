//! Tokens: JWTs signed with Ed25519 by `auth` alone, verified by everyone else with the public half.
//!
//! `jsonwebtoken` takes its cryptography from outside. What is plugged in here knows one algorithm, so a token that claims
//! another (`none`, or HS256 with the public key as its secret) is refused because there is nothing to verify it with.

mod ed25519;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::environment::{Environment, EnvironmentError};
use crate::ids::{SignInId, UserId};
use crate::time::Timestamp;

/// Who signs, and for whom: `iss` and `aud` of every token.
const ISSUER: &str = "shop";
/// How far the clocks of two machines may be apart.
const LEEWAY_SECONDS: i64 = 5;
/// Longer than any token of ours, in bytes: what is longer is not even taken apart.
const LONGEST: usize = 4096;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// Opens the API.
    Access,
    /// Gets new access tokens.
    Refresh,
}

/// What a token says. The names are those that clients of simplejwt know; `user_id` is a string there too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Access or refresh.
    pub token_type: TokenType,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// Its own id: 32 hex digits.
    pub jti: String,
    /// Whose it is: a text, or a number where another issuer wrote one. Nothing where it does not say.
    #[serde(default, deserialize_with = "text_or_number")]
    pub user_id: String,
    /// The sign-in it belongs to: 32 hex digits. Tokens from before there were any say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// When it begins to be good, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    iss: String,
    aud: String,
}

impl Claims {
    /// Claims of a new token, from `now` for so many seconds.
    pub fn new(token_type: TokenType, user: UserId, id: Uuid, now: Timestamp, lifetime_seconds: i64) -> Self {
        Self {
            token_type,
            exp: now.seconds() + lifetime_seconds,
            iat: now.seconds(),
            jti: id.simple().to_string(),
            user_id: user.to_string(),
            sid: None,
            nbf: None,
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
        }
    }

    /// The same as part of a sign-in: with its end, the token's ends.
    #[must_use]
    pub fn of_sign_in(self, sign_in: SignInId) -> Self {
        Self { sid: Some(sign_in.0.simple().to_string()), ..self }
    }

    /// The sign-in it belongs to, where it says so.
    pub fn sign_in(&self) -> Result<Option<SignInId>, TokenError> {
        self.sid.as_ref().map(|sid| sid.parse().map(SignInId).map_err(|_| TokenError::Invalid)).transpose()
    }

    /// Whose it is.
    pub fn user(&self) -> Result<UserId, TokenError> {
        self.user_id.parse().map_err(|_| TokenError::NoUser)
    }

    /// Its own id, as the row of a refresh token has it.
    pub fn id(&self) -> Result<Uuid, TokenError> {
        self.jti.parse().map_err(|_| TokenError::Invalid)
    }
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(i64),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours: broken, forged, signed by another key or in another way, or not yet valid.
    #[error("Token is invalid")]
    Invalid,
    /// It was one.
    #[error("Token is expired")]
    Expired,
    /// A refresh token where an access token is meant, or the other way round.
    #[error("Token has wrong type")]
    WrongType,
    /// It was called back, or its sign-in has ended.
    #[error("Token is blacklisted")]
    Revoked,
    /// It does not say whose it is.
    #[error("Token contained no recognizable user identification")]
    NoUser,
}

/// Says whose a token is.
pub struct TokenVerifier {
    /// More than one while keys are being changed.
    keys: Vec<VerifyingKey>,
    validation: Validation,
}

/// The public half of a key.
pub struct VerifyingKey {
    /// `kid` of the tokens that are signed with the other half.
    pub id: String,
    /// As `TOKEN_PUBLIC_KEYS` has it: 32 bytes in base64url.
    pub text: String,
    key: DecodingKey,
}

impl VerifyingKey {
    fn new(public_key: &[u8]) -> Self {
        Self {
            id: key_id(public_key),
            text: BASE64_URL_SAFE_NO_PAD.encode(public_key),
            key: DecodingKey::from_ed_der(public_key),
        }
    }
}

impl TokenVerifier {
    /// `TOKEN_PUBLIC_KEYS`: raw Ed25519 public keys in base64url, separated by commas.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        const NAME: &str = "TOKEN_PUBLIC_KEYS";
        let keys: Option<Vec<_>> = environment
            .require(NAME)?
            .split(',')
            .map(|key| BASE64_URL_SAFE_NO_PAD.decode(key.trim()).ok().filter(|key| key.len() == 32))
            .collect();
        keys.map(Self::new).ok_or(EnvironmentError::Invalid(NAME, "Ed25519 public keys: 32 bytes each, in base64url"))
    }

    /// Takes tokens signed by any of these keys (32 bytes each).
    pub fn new(public_keys: impl IntoIterator<Item = Vec<u8>>) -> Self {
        ed25519::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        // Judged below, by the clock we are given.
        validation.validate_exp = false;
        Self { keys: public_keys.into_iter().map(|key| VerifyingKey::new(&key)).collect(), validation }
    }

    /// The keys that it knows.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// What a token of this type says, if it is good at this moment.
    pub fn verify(&self, token: &str, expected: TokenType, now: Timestamp) -> Result<Claims, TokenError> {
        let claims = self.verify_any(token, now)?;
        if claims.token_type == expected { Ok(claims) } else { Err(TokenError::WrongType) }
    }

    /// What a token of either type says, if it is good at this moment.
    pub fn verify_any(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Invalid);
        }
        let key_id = decode_header(token).ok().and_then(|header| header.kid).ok_or(TokenError::Invalid)?;
        let VerifyingKey { key, .. } = self.keys.iter().find(|key| key.id == key_id).ok_or(TokenError::Invalid)?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now.seconds() {
            return Err(TokenError::Expired);
        }
        if claims.iat.max(claims.nbf.unwrap_or(claims.iat)) > now.seconds() + LEEWAY_SECONDS {
            return Err(TokenError::Invalid);
        }
        Ok(claims)
    }
}

/// Makes tokens. Only `auth` has one.
pub struct TokenSigner {
    key: EncodingKey,
    public_key: Vec<u8>,
}

impl TokenSigner {
    /// `TOKEN_SIGNING_KEY`: an Ed25519 key as PKCS#8 DER, in base64.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        const NAME: &str = "TOKEN_SIGNING_KEY";
        let der = BASE64_STANDARD.decode(environment.require(NAME)?).ok();
        der.and_then(|der| Self::new(&der))
            .ok_or(EnvironmentError::Invalid(NAME, "an Ed25519 key: PKCS#8 DER, in base64"))
    }

    /// Signs with this key (PKCS#8 DER); `None` where it is no Ed25519 key.
    pub fn new(pkcs8: &[u8]) -> Option<Self> {
        ed25519::install();
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok()?;
        Some(Self { key: EncodingKey::from_ed_der(pkcs8), public_key: pair.public_key().as_ref().to_vec() })
    }

    /// The public half, which verifies what this signs.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// The public half as `TOKEN_PUBLIC_KEYS` has it.
    pub fn public_key_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.public_key)
    }

    /// The token that says this.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        let header = Header { kid: Some(key_id(&self.public_key)), ..Header::new(Algorithm::EdDSA) };
        Ok(encode(&header, claims, &self.key)?)
    }
}

/// Names a key by what it is: the first eight bytes of its SHA-256.
fn key_id(public_key: &[u8]) -> String {
    let hash = digest(&SHA256, public_key);
    BASE64_URL_SAFE_NO_PAD.encode(hash.as_ref().get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests;
