//! Ends a sign-in for a client that has its refresh token: `POST /auth/jwt/logout/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PublicProblems, Request};
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason, RefreshTokenState};
use shared::users::tokens::TokenType;

use super::{Refusal, TokenRefusal, stored_token};

/// The sign-in to end.
#[derive(Request)]
pub(crate) struct LogOut {
    /// A refresh token of the sign-in.
    #[field(max = usize::MAX)]
    pub refresh: String,
}

/// Log out
///
/// Ends the sign-in and revokes all its tokens at once. Logging out twice is not an error.
#[utoipa::path(
    post,
    path = "/auth/jwt/logout/",
    tag = "auth",
    operation_id = "log_out",
    request_body = LogOut,
    responses(
        (status = 204, description = "The sign-in has ended."),
        PublicProblems,
        (status = 401, body = TokenRefusal, description = "The token is not a valid refresh token."),
    )
)]
pub(crate) async fn log_out(
    State(app): State<App>,
    client_info: ClientInfo,
    Body(body): Body<LogOut>,
) -> Result<StatusCode, ApiError> {
    Ok(end(&app, &body.refresh, &client_info).await.map(|()| StatusCode::NO_CONTENT)?)
}

async fn end(app: &App, token: &str, client_info: &ClientInfo) -> Result<(), Refusal> {
    let now = app.clock.now();
    let claims = app.verifier.verify(token, TokenType::Refresh, now)?;
    let user = claims.user()?;
    let mut tx = app.db.begin().await?;
    let Some(RefreshTokenState { sign_in: Some(sign_in), .. }) = stored_token(&mut tx, &claims, token).await? else {
        return Err(Refusal::NoAccount);
    };
    if sign_ins::end(&mut tx, user, sign_in, EndReason::LoggedOut, now).await? {
        audit::store::record(&mut tx, AuditRecord::by_owner(Kind::SignInEnded, user), client_info, now).await?;
    }
    Ok(tx.commit().await?)
}
