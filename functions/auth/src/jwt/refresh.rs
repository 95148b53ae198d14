//! Returns a new access token: `POST /auth/jwt/refresh/`.
//!
//! With `ROTATE_REFRESH_TOKENS` a refresh token can be used once and is replaced at each use. A client sends a used token again if it lost
//! the response, or if it sent two requests at once; both happen within seconds. A token that is used later was copied by someone else.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::db::Tx;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PublicProblems, Request};
use shared::ids::{SignInId, UserId};
use shared::throttles::{self, Limit, Subject};
use shared::time::Timestamp;
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason, RefreshTokenState};
use shared::users::tokens::{TokenError, TokenType};
use utoipa::ToSchema;

use super::pair::{TokenOwner, access_token, refresh_token as new_refresh_token};
use super::{Refusal, TokenRefusal, active_token};
use crate::AuthState;

/// Number of seconds during which a used refresh token may be sent again.
const REUSE_SECONDS: i64 = 10;
/// Minimum number of seconds between two updates of `last_used_at`, so that most requests do not write.
const USE_INTERVAL_SECONDS: i64 = 60;

/// The refresh token of a sign-in.
#[derive(Request)]
#[request(ignore_unknown)]
pub(crate) struct RefreshToken {
    /// Refresh token from `POST /auth/jwt/create/`, or from the last refresh if it returned one.
    #[field(max = usize::MAX)]
    pub refresh: String,
}

/// A new access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessToken {
    /// Access token for the header `Authorization: Bearer <token>`.
    pub access: String,
    /// Refresh token to send next time. Missing if the shop does not replace refresh tokens; then keep using yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub refresh: Option<String>,
}

/// Refresh your access token
///
/// If the response contains a new refresh token, use that from now on: the old one can be repeated for ten seconds, and a later use ends the
/// sign-in. Such a shop refreshes a sign-in 120 times an hour. Otherwise yours stays valid until it expires.
#[utoipa::path(
    post,
    path = "/auth/jwt/refresh/",
    tag = "auth",
    operation_id = "refresh_token",
    request_body = RefreshToken,
    responses(
        (status = 200, body = AccessToken, description = "A new access token."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "The refresh token is not valid, or the account is not active."),
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
    let keys = auth.keys.get().await?;
    let claims = app.verifier.verify(token, TokenType::Refresh, now)?;
    let (id, user) = (claims.id()?, claims.user()?);
    let mut tx = app.db.begin().await?;
    let state = active_token(&mut tx, &claims, token).await?;
    let Some(RefreshTokenState {
        is_active: true,
        sign_in: Some(sign_in),
        started_at: Some(started_at),
        last_used_at,
        used_at,
        ..
    }) = state
    else {
        return Err(Refusal::NoAccount);
    };
    let owner = TokenOwner { user, sign_in, ends_at: started_at.plus_seconds(auth.lifetimes.sign_in) };
    // The token may be older than a setting that has shortened the sign-in.
    if owner.ends_at <= now {
        return Err(TokenError::Expired.into());
    }
    let rotates = auth.app.auth_options.rotate_refresh_tokens;
    let mut first_use = used_at.unwrap_or(now);
    if rotates && !is_too_late(first_use, now) {
        // Before the token is locked, so that a crowd over the limit writes nothing. A refresh that replaces no token writes once a minute at most.
        throttles::count_or_refuse(&mut tx, Limit::Refresh, &Subject::sign_in(sign_in), now).await?;
        first_use = sign_ins::use_token(&mut tx, id, now).await?;
    }
    if is_too_late(first_use, now) {
        end_stolen(tx, user, sign_in, client_info, now).await?;
        return Err(Refusal::Revoked);
    }
    let refresh = if rotates {
        let (new, refresh) = new_refresh_token(auth, keys, owner)?;
        sign_ins::insert_token(&mut tx, new).await?;
        sign_ins::record_use(&mut tx, sign_in, now, Some(new.expires_at)).await?;
        Some(refresh)
    } else {
        if last_used_at.is_none_or(|last| last.plus_seconds(USE_INTERVAL_SECONDS) <= now) {
            sign_ins::record_use(&mut tx, sign_in, now, None).await?;
        }
        None
    };
    tx.commit().await?;
    Ok(AccessToken { access: access_token(auth, keys, owner)?, refresh })
}

/// Returns true if a token that was first used at this time may not be used any more.
fn is_too_late(first_use: Timestamp, now: Timestamp) -> bool {
    first_use.plus_seconds(REUSE_SECONDS) < now
}

/// Ends the sign-in, because it is unknown which of the two clients with this token has stolen it.
async fn end_stolen(
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
