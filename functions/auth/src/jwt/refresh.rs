//! `POST /auth/jwt/refresh/`: another access token.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::http::{ApiError, Body, Fields, FromFields, PublicProblems};
use shared::users::store::sign_ins::RefreshTokenState;
use shared::users::tokens::TokenType;
use utoipa::ToSchema;

use super::create::access_token;
use super::{Refusal, TokenRefusal, kept, token};
use crate::Auth;

/// A refresh token.
#[derive(ToSchema)]
pub(crate) struct TokenRefresh {
    /// The `refresh` of `POST /auth/jwt/create/`.
    pub refresh: String,
}

/// A new access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// Opens the API.
    pub access: String,
}

impl FromFields for TokenRefresh {
    fn read(fields: &mut Fields) -> Option<Self> {
        token(fields, "refresh").map(|refresh| Self { refresh })
    }
}

/// Get a new access token
///
/// The refresh token stays good until it ends.
#[utoipa::path(
    post,
    path = "/auth/jwt/refresh/",
    tag = "auth",
    operation_id = "refresh_token",
    request_body = TokenRefresh,
    responses(
        (status = 200, body = AccessToken, description = "A new access token."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "It is not good, or its owner may not sign in."),
    )
)]
pub(crate) async fn refresh_token(
    State(auth): State<Auth>,
    Body(body): Body<TokenRefresh>,
) -> Result<Json<AccessToken>, ApiError> {
    Ok(refresh(&auth, &body.refresh).await.map(|access| Json(AccessToken { access }))?)
}

async fn refresh(auth: &Auth, token: &str) -> Result<String, Refusal> {
    let app = &auth.app;
    let claims = app.verifier.verify(token, TokenType::Refresh, app.ambient.now())?;
    match kept(app, &claims, token).await? {
        Some(RefreshTokenState { is_active: true, sign_in: Some(sign_in), .. }) => {
            Ok(access_token(auth, claims.user()?, sign_in)?)
        }
        Some(_) | None => Err(Refusal::NoAccount),
    }
}
