//! The session: `POST /admin/session/` stores an access token in a cookie that no script can read, and `POST /admin/sign-out/` ends the
//! sign-in and deletes the cookie.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use http::StatusCode;
use http::header::SET_COOKIE;
use shared::app::{App, LoggedUser};
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, BaseUrl, Body, Problem, Request, Unauthorized};
use shared::users::ClientInfo;
use shared::users::store::sign_ins::{self, EndReason};
use shared::users::tokens::TokenType;

use crate::error::PageError;
use crate::same_origin::SameOrigin;
use crate::staff_page::{SessionToken, cookie_name, staff};

/// Maximum number of characters of a token.
const MAX_TOKEN: usize = 4000;

/// The request body of the sign-in page's script.
#[derive(Debug, Request)]
#[request(undocumented)]
pub(crate) struct CreateSession {
    #[field(max = MAX_TOKEN)]
    access: String,
}

/// Returns 204 and the cookie if the user is staff and has used the second factor that the shop requires. The caller is a script, so errors are JSON here.
pub(crate) async fn begin_session(
    State(app): State<App>,
    Extension(logged_user): Extension<LoggedUser>,
    _: SameOrigin,
    base: BaseUrl,
    Body(new): Body<CreateSession>,
) -> Result<Response, ApiError> {
    // `staff` verifies the token as well. It is verified here first because the cookie must expire with it, and because an invalid token
    // must get 401 with its reason.
    let now = app.clock.now();
    let claims = app.verifier.verify(&new.access, TokenType::Access, now).map_err(Unauthorized::BadToken)?;
    match staff(&app, Some(&new.access)).await? {
        Ok(account) => {
            logged_user.set(account.id);
            let seconds = claims.exp - now.seconds();
            Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie(&new.access, seconds, &base))]).into_response())
        }
        Err(reason) => {
            let detail = reason.explanation().unwrap_or_default().to_owned();
            Ok((StatusCode::FORBIDDEN, Json(Problem { detail, code: reason.code().to_owned() })).into_response())
        }
    }
}

/// Ends the sign-in, also for its other tokens, and deletes the cookie.
pub(crate) async fn end_session(
    State(app): State<App>,
    _: SameOrigin,
    base: BaseUrl,
    client_info: ClientInfo,
    SessionToken(token): SessionToken,
) -> Result<Response, PageError> {
    let now = app.clock.now();
    let claims = token.and_then(|token| app.verifier.verify(&token, TokenType::Access, now).ok());
    if let Some((user, sign_in)) = claims.and_then(|claims| Some((claims.user().ok()?, claims.sign_in().ok()?))) {
        let mut tx = app.db.begin().await?;
        if sign_ins::end(&mut tx, user, sign_in, EndReason::LoggedOut, now).await? {
            audit::store::record(&mut tx, AuditRecord::by_owner(Kind::SignInEnded, user), &client_info, now).await?;
        }
        tx.commit().await?;
    }
    Ok(([(SET_COOKIE, cookie("", 0, &base))], Redirect::to("/admin/sign-in/")).into_response())
}

fn cookie(token: &str, seconds: i64, base: &BaseUrl) -> String {
    // A browser drops a Secure cookie that came over plain HTTP, as from the local server.
    let secure = if base.0.starts_with("https://") { "; Secure" } else { "" };
    format!("{}={token}; Path=/admin/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(base))
}
