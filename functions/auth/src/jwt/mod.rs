//! Tokens: `/auth/jwt/`. These operations ignore the `Authorization` header, because a client whose access token has expired must be able
//! to get a new one.

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

/// Routes of tokens.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_token))
        .routes(routes!(refresh::refresh_token))
        .routes(routes!(verify::verify_token))
        .routes(routes!(logout::log_out))
}

/// The reason why no tokens are returned, or why a token is refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenRefusal {
    /// Text for people.
    #[schema(example = "Token is expired")]
    pub detail: String,
    /// Error code: `token_not_valid`, `otp_required` or `otp_not_valid`. Missing if the account is the reason.
    #[schema(value_type = String, required = false, example = "token_not_valid")]
    pub code: Option<String>,
}

/// Reasons why a token is refused.
enum Refusal {
    /// The token is not from this shop, or is not valid now.
    NotValid(TokenError),
    /// The token was revoked.
    Revoked,
    /// The account was deleted or deactivated.
    NoAccount,
    /// Any other error.
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

/// Returns the state of a refresh token and of its owner; `None` if the owner was deleted. Refuses a token that was never issued.
async fn stored_token(tx: &mut Tx, claims: &Claims, token: &str) -> Result<Option<RefreshTokenState>, Refusal> {
    let state = sign_ins::refresh_token(tx, claims.id()?, claims.user()?).await?;
    match state {
        Some(state) if state.sha256.as_deref() != Some(&sha256(token)?) => Err(TokenError::Invalid.into()),
        state => Ok(state),
    }
}

/// Does the same, and also refuses a token that was revoked or whose sign-in has ended.
async fn active_token(tx: &mut Tx, claims: &Claims, token: &str) -> Result<Option<RefreshTokenState>, Refusal> {
    match stored_token(tx, claims, token).await? {
        Some(state) if state.is_revoked => Err(Refusal::Revoked),
        state => Ok(state),
    }
}

/// Returns the digest that is stored of a refresh token.
fn sha256(token: &str) -> anyhow::Result<[u8; 32]> {
    Ok(digest(&SHA256, token.as_bytes()).as_ref().try_into()?)
}
