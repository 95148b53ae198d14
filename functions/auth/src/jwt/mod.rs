//! `/auth/jwt/`: tokens. These operations do not look at the Authorization header: a client whose access token has ended must
//! be able to get another one.

mod create;
mod refresh;
mod verify;

use ring::digest::{SHA256, digest};
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, Fields, Unauthorized};
use shared::ids::UserId;
use shared::users::store::sign_ins::{self, RefreshTokenState};
use shared::users::tokens::{Claims, TokenError};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::Auth;

/// Every route of tokens.
pub(crate) fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::new()
        .routes(routes!(create::create_token))
        .routes(routes!(refresh::refresh_token))
        .routes(routes!(verify::verify_token))
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

/// Longer than any token of ours.
const TOKEN_MAX: usize = 4096;

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

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error.into())
    }
}

/// A token in a body.
fn token(fields: &mut Fields, name: &str) -> Option<String> {
    fields.text(name, TOKEN_MAX)
}

/// What became of a good refresh token and of its owner; `None` where the owner is gone. A token that was called back, or that
/// was never handed out, is refused.
async fn kept(app: &App, claims: &Claims, token: &str) -> Result<Option<RefreshTokenState>, Refusal> {
    let state = state(app, claims.id()?, claims.user()?).await?;
    if let Some(state) = &state {
        if state.sha256.as_deref() != Some(&sha256(token)?) {
            return Err(TokenError::Invalid.into());
        }
        if state.is_revoked {
            return Err(Refusal::Revoked);
        }
    }
    Ok(state)
}

async fn state(app: &App, token: Uuid, user: UserId) -> Result<Option<RefreshTokenState>, ApiError> {
    let mut tx = app.db.read().await?;
    let state = sign_ins::refresh_token(&mut tx, token, user).await?;
    tx.commit().await?;
    Ok(state)
}

/// What is kept of a refresh token.
fn sha256(token: &str) -> anyhow::Result<[u8; 32]> {
    Ok(digest(&SHA256, token.as_bytes()).as_ref().try_into()?)
}
