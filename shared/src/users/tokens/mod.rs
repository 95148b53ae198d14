//! Tokens: JWTs that only `auth` signs, with Ed25519, and that all functions verify with the public key.
//!
//! `jsonwebtoken` gets its cryptography from outside. The provider here knows one algorithm, so a token that claims another one (`none`, or
//! HS256 with the public key as its secret) is refused, because nothing can verify it.

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

/// Issuer and audience: `iss` and `aud` of every token.
const ISSUER: &str = "shop";
/// Maximum difference in seconds between the clocks of two machines.
const LEEWAY_SECONDS: i64 = 5;
/// Maximum number of bytes of a token. Longer texts are refused without being parsed.
const MAX_TOKEN_BYTES: usize = 4096;

/// Header `typ` of access tokens (RFC 9068) and of refresh tokens. A service that checks it takes no refresh token for an access token.
const TYP_ACCESS: &str = "at+jwt";
const TYP_REFRESH: &str = "JWT";

/// The type of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// Gives access to the API.
    Access,
    /// Is used to get new access tokens.
    Refresh,
}

impl TokenType {
    /// Maximum lifetime of a token in seconds: a day for access, 400 days for refresh. A token that claims more is refused, so that one that
    /// was made with a stolen key does not stay valid for years.
    pub const fn max_lifetime_seconds(self) -> i64 {
        match self {
            Self::Access => 86_400,
            Self::Refresh => 400 * 86_400,
        }
    }

    const fn typ(self) -> &'static str {
        match self {
            Self::Access => TYP_ACCESS,
            Self::Refresh => TYP_REFRESH,
        }
    }
}

/// The claims of a token, with the names that clients of simplejwt know; `user_id` is a string there, too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Type of the token: access or refresh.
    pub token_type: TokenType,
    /// Time at which the token expires, in seconds since 1970.
    pub exp: i64,
    /// Time at which the token was issued, in seconds since 1970.
    pub iat: i64,
    /// Id of the token: 32 hex digits.
    pub jti: String,
    /// Id of the account: a text, or a number from another issuer; blank if it is missing.
    #[serde(default, deserialize_with = "text_or_number")]
    pub user_id: String,
    /// Id of the sign-in: 32 hex digits. An access token without one is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Time from which the token is valid, in seconds since 1970, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    iss: String,
    aud: String,
}

impl Claims {
    /// Creates the claims of a token that is valid from `now` for this number of seconds.
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

    /// Binds the token to a sign-in: when that ends, the token becomes invalid.
    #[must_use]
    pub fn of_sign_in(self, sign_in: SignInId) -> Self {
        Self { sid: Some(sign_in.0.simple().to_string()), ..self }
    }

    /// Returns the sign-in that the token belongs to.
    pub fn sign_in(&self) -> Result<SignInId, TokenError> {
        self.sid.as_ref().and_then(|sid| sid.parse().ok()).map(SignInId).ok_or(TokenError::Invalid)
    }

    /// Returns the account that the token belongs to.
    pub fn user(&self) -> Result<UserId, TokenError> {
        // Only as it was written: `+1` would be read as a number too.
        self.user_id.parse().ok().filter(|id: &UserId| id.to_string() == self.user_id).ok_or(TokenError::NoUser)
    }

    /// Returns the id of the token, as it is stored for a refresh token.
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

/// Reasons why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token is broken, forged, signed with another key or algorithm, or not yet valid.
    #[error("Token is invalid")]
    Invalid,
    /// The token has expired.
    #[error("Token is expired")]
    Expired,
    /// The token is a refresh token and an access token is expected, or the reverse.
    #[error("Token has wrong type")]
    WrongType,
    /// The token was revoked, or its sign-in has ended.
    #[error("Token is blacklisted")]
    Revoked,
    /// The token names no account.
    #[error("Token contained no recognizable user identification")]
    NoUser,
}

/// Verifies tokens with the public keys.
pub struct TokenVerifier {
    /// Public keys; more than one while the signing key is being replaced.
    keys: Vec<VerifyingKey>,
    validation: Validation,
}

/// A public key.
pub struct VerifyingKey {
    /// Key id: `kid` of the tokens that are signed with the private key.
    pub id: String,
    /// The key as in `TOKEN_PUBLIC_KEYS`: 32 bytes in base64url.
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
    /// Reads `TOKEN_PUBLIC_KEYS`: raw Ed25519 public keys in base64url, separated by commas.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        const NAME: &str = "TOKEN_PUBLIC_KEYS";
        let keys: Option<Vec<_>> = environment
            .require(NAME)?
            .split(',')
            .map(|key| BASE64_URL_SAFE_NO_PAD.decode(key.trim()).ok().filter(|key| key.len() == 32))
            .collect();
        keys.map(Self::new).ok_or(EnvironmentError::Invalid(NAME, "Ed25519 public keys: 32 bytes each, in base64url"))
    }

    /// Accepts tokens that are signed with any of these keys (32 bytes each).
    pub fn new(public_keys: impl IntoIterator<Item = Vec<u8>>) -> Self {
        ed25519::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        // Checked below, with the clock that is passed in.
        validation.validate_exp = false;
        Self { keys: public_keys.into_iter().map(|key| VerifyingKey::new(&key)).collect(), validation }
    }

    /// Returns the public keys.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// Returns the claims of a token if it has this type and is valid now.
    pub fn verify(&self, token: &str, expected: TokenType, now: Timestamp) -> Result<Claims, TokenError> {
        let claims = self.verify_any(token, now)?;
        if claims.token_type == expected { Ok(claims) } else { Err(TokenError::WrongType) }
    }

    /// Returns the claims of a token of either type if it is valid now.
    pub fn verify_any(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid);
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let key_id = header.kid.ok_or(TokenError::Invalid)?;
        let VerifyingKey { key, .. } = self.keys.iter().find(|key| key.id == key_id).ok_or(TokenError::Invalid)?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
        let max_lifetime = claims.token_type.max_lifetime_seconds();
        if header.typ.as_deref() != Some(claims.token_type.typ())
            || claims.exp.saturating_sub(claims.iat) > max_lifetime
        {
            return Err(TokenError::Invalid);
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now.seconds() {
            return Err(TokenError::Expired);
        }
        if claims.iat.max(claims.nbf.unwrap_or(claims.iat)) > now.seconds() + LEEWAY_SECONDS {
            return Err(TokenError::Invalid);
        }
        Ok(claims)
    }
}

/// Signs tokens. Only `auth` has a signer.
pub struct TokenSigner {
    key: EncodingKey,
    public_key: Vec<u8>,
}

impl TokenSigner {
    /// Reads `TOKEN_SIGNING_KEY`: an Ed25519 key as PKCS#8 DER, in base64.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        const NAME: &str = "TOKEN_SIGNING_KEY";
        let der = BASE64_STANDARD.decode(environment.require(NAME)?).ok();
        der.and_then(|der| Self::new(&der))
            .ok_or(EnvironmentError::Invalid(NAME, "an Ed25519 key: PKCS#8 DER, in base64"))
    }

    /// Signs with this key (PKCS#8 DER); `None` if it is not an Ed25519 key.
    pub fn new(pkcs8: &[u8]) -> Option<Self> {
        ed25519::install();
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok()?;
        Some(Self { key: EncodingKey::from_ed_der(pkcs8), public_key: pair.public_key().as_ref().to_vec() })
    }

    /// Returns the public key, which verifies the signatures.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Returns the public key as it stands in `TOKEN_PUBLIC_KEYS`.
    pub fn public_key_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.public_key)
    }

    /// Returns a token with these claims.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        let header = Header {
            typ: Some(claims.token_type.typ().to_owned()),
            kid: Some(key_id(&self.public_key)),
            ..Header::new(Algorithm::EdDSA)
        };
        Ok(encode(&header, claims, &self.key)?)
    }
}

/// Returns the id of a key: the first eight bytes of its SHA-256 digest.
fn key_id(public_key: &[u8]) -> String {
    let hash = digest(&SHA256, public_key);
    BASE64_URL_SAFE_NO_PAD.encode(hash.as_ref().get(..8).unwrap_or_default())
}

#[cfg(test)]
mod tests;
