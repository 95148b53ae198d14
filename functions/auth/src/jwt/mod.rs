//! `/auth/jwt/`: tokens. These operations do not look at the Authorization header: a client whose access token has ended must
//! be able to get another one.

mod create;
mod logout;
mod pair;
mod refresh;
mod verify;

use ring::digest::{SHA256, digest};
use serde::Serialize;
use shared::app::db::Tx;
use shared::http::{ApiError, Unauthorized};
use shared::users::store::sign_ins::{self, RefreshTokenState};
use shared::users::tokens::{Claims, TokenError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Every route of tokens.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_token))
        .routes(routes!(refresh::refresh_token))
        .routes(routes!(verify::verify_token))
        .routes(routes!(logout::log_out))
}

/// Why there are no tokens, or why the one that was sent is not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenRefusal {
    /// For people.
    #[schema(example = "Token is expired")]
    pub detail: String,
    /// `token_not_valid` where it is about the token, and not there where it is about the account.
    #[schema(value_type = String, required = false, example = "token_not_valid")]
    pub code: Option<String>,
}

/// Why a token that was sent is not taken.
enum Refusal {
    /// It is not a token of ours that is good now.
    NotValid(TokenError),
    /// It was called back.
    Revoked,
    /// Its owner is gone or switched off.
    NoAccount,
    /// Something else.
    Other(ApiError),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (detail, code) = match refusal {
            Refusal::NotValid(error) => (error.to_string(), Some("token_not_valid")),
            Refusal::Revoked => ("Token is blacklisted".to_owned(), Some("token_not_valid")),
            Refusal::NoAccount => ("No active account found for the given token.".to_owned(), None),
            Refusal::Other(error) => return error,
        };
        Unauthorized::Other { detail, code }.into()
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::NotValid(error)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error.into())
    }
}

/// What became of a refresh token and of its owner; `None` where the owner is gone. A token that was never handed out is refused.
async fn known(tx: &mut Tx, claims: &Claims, token: &str) -> Result<Option<RefreshTokenState>, Refusal> {
    let state = sign_ins::refresh_token(tx, claims.id()?, claims.user()?).await?;
    match state {
        Some(state) if state.sha256.as_deref() != Some(&sha256(token)?) => Err(TokenError::Invalid.into()),
        state => Ok(state),
    }
}

/// The same; a token that was called back, or whose sign-in has ended, is refused too.
async fn kept(tx: &mut Tx, claims: &Claims, token: &str) -> Result<Option<RefreshTokenState>, Refusal> {
    match known(tx, claims, token).await? {
        Some(state) if state.is_revoked => Err(Refusal::Revoked),
        state => Ok(state),
    }
}

/// What is kept of a refresh token.
fn sha256(token: &str) -> anyhow::Result<[u8; 32]> {
    Ok(digest(&SHA256, token.as_bytes()).as_ref().try_into()?)
}
