//! Verifies a token: `POST /auth/jwt/verify/`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::App;
use shared::http::{ApiError, Body, PublicProblems, Request};
use shared::users::store::account;
use shared::users::tokens::{TokenError, TokenType};
use utoipa::ToSchema;

use super::{Refusal, TokenRefusal, active_token};

/// A token to verify.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct VerifyToken {
    /// An access token or a refresh token.
    #[field(max = usize::MAX)]
    pub token: String,
}

/// Empty response for a valid token.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerifiedToken {}

/// Verify a token
///
/// Accepts an access token or a refresh token, and also checks that it was not revoked and that the account exists.
#[utoipa::path(
    post,
    path = "/auth/jwt/verify/",
    tag = "auth",
    operation_id = "verify_token",
    request_body = VerifyToken,
    responses(
        (status = 200, body = VerifiedToken, description = "The token is valid."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "The token is not valid."),
    )
)]
pub(crate) async fn verify_token(
    State(app): State<App>,
    Body(body): Body<VerifyToken>,
) -> Result<Json<VerifiedToken>, ApiError> {
    Ok(verify(&app, &body.token).await.map(|()| Json(VerifiedToken {}))?)
}

async fn verify(app: &App, token: &str) -> Result<(), Refusal> {
    let claims = app.verifier.verify_any(token, app.clock.now())?;
    let is_known = match claims.token_type {
        // Access tokens are not stored, but their sign-ins are.
        TokenType::Access => match account(&app.db, claims.user()?, claims.sign_in()?, app.auth_options).await? {
            Some(account) if account.is_signed_out => return Err(Refusal::Revoked),
            account => account.is_some(),
        },
        TokenType::Refresh => {
            let mut tx = app.db.read().await?;
            let state = active_token(&mut tx, &claims, token).await?;
            tx.commit().await?;
            state.is_some()
        }
    };
    if is_known { Ok(()) } else { Err(TokenError::Invalid.into()) }
}
