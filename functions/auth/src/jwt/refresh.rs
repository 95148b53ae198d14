//! `POST /auth/jwt/refresh/`: another access token.
//!
//! With `ROTATE_REFRESH_TOKENS` a refresh token is good once and comes back as another. Whoever sends one that was exchanged before
//! is a client whose answer was lost, or two of its requests that crossed; or somebody has a copy. The first comes at once.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PublicProblems, Request};
use shared::ids::{SignInId, UserId};
use shared::time::Timestamp;
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason, RefreshTokenState};
use shared::users::tokens::TokenType;
use utoipa::ToSchema;

use super::pair::{access_token, refresh_token as new_refresh_token};
use super::{Refusal, TokenRefusal, kept};
use crate::AuthState;

/// For how long a refresh token that was exchanged may come again.
const AGAIN_SECONDS: i64 = 10;
/// How often the use of a sign-in is noted: a write for each request would be one too many.
const NOTED_SECONDS: i64 = 60;

/// A refresh token.
#[derive(Request)]
pub(crate) struct RefreshToken {
    /// The `refresh` of `POST /auth/jwt/create/`.
    #[field(max = usize::MAX)]
    pub refresh: String,
}

/// A new access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// Opens the API.
    pub access: String,
    /// The refresh token to send next time, where the shop has them good once only. Otherwise the old one stays good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub refresh: Option<String>,
}

/// Get a new access token
///
/// The refresh token stays good until it ends, unless the answer has another one.
#[utoipa::path(
    post,
    path = "/auth/jwt/refresh/",
    tag = "auth",
    operation_id = "refresh_token",
    request_body = RefreshToken,
    responses(
        (status = 200, body = AccessToken, description = "A new access token."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "It is not good, or its owner may not sign in."),
    )
)]
pub(crate) async fn refresh_token(
    State(auth): State<AuthState>,
    client_info: ClientInfo,
    Body(body): Body<RefreshToken>,
) -> Result<Json<AccessToken>, ApiError> {
    Ok(refresh(&auth, &body.refresh, &client_info).await.map(Json)?)
}

async fn refresh(auth: &AuthState, token: &str, client_info: &ClientInfo) -> Result<AccessToken, Refusal> {
    let (app, now) = (&auth.app, auth.app.clock.now());
    let claims = app.verifier.verify(token, TokenType::Refresh, now)?;
    let (id, user) = (claims.id()?, claims.user()?);
    let mut tx = app.db.begin().await?;
    let state = kept(&mut tx, &claims, token).await?;
    let Some(RefreshTokenState { is_active: true, sign_in: Some(sign_in), last_used_at, used_at, .. }) = state else {
        return Err(Refusal::NoAccount);
    };
    let rotates = auth.options.rotate_refresh_tokens;
    let first_use = if rotates { sign_ins::use_token(&mut tx, id, now).await? } else { used_at.unwrap_or(now) };
    if first_use.plus_seconds(AGAIN_SECONDS) < now {
        end_family(tx, user, sign_in, client_info, now).await?;
        return Err(Refusal::Revoked);
    }
    let refresh = if rotates {
        let (new, refresh) = new_refresh_token(auth, user, sign_in)?;
        sign_ins::insert_token(&mut tx, new).await?;
        sign_ins::note_use(&mut tx, sign_in, now, Some(new.expires_at)).await?;
        Some(refresh)
    } else {
        if last_used_at.is_none_or(|last| last.plus_seconds(NOTED_SECONDS) <= now) {
            sign_ins::note_use(&mut tx, sign_in, now, None).await?;
        }
        None
    };
    tx.commit().await?;
    Ok(AccessToken { access: access_token(auth, user, sign_in)?, refresh })
}

/// Nobody can say which of the two that have this token stole it, so neither goes on.
async fn end_family(
    mut tx: Tx,
    user: UserId,
    sign_in: SignInId,
    client_info: &ClientInfo,
    now: Timestamp,
) -> Result<(), ApiError> {
    if sign_ins::end(&mut tx, user, sign_in, EndReason::TokenReused, now).await? {
        let entry = AuditRecord::by_nobody(Kind::RefreshTokenReused, Some(user));
        audit::store::record(&mut tx, entry, client_info, now).await?;
    }
    Ok(tx.commit().await?)
}
