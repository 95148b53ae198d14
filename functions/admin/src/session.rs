//! `POST /admin/session/`: takes an access token and keeps it in a cookie that no script can read. `POST /admin/sign-out/`: drops it.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use http::StatusCode;
use http::header::SET_COOKIE;
use shared::app::{App, Asker};
use shared::http::{ApiError, BaseUrl, Body, Fields, FromFields, Problem, Unauthorized};
use shared::users::tokens::TokenType;

use crate::same_origin::SameOrigin;
use crate::staff_page::{COOKIE_NAME, staff};

/// What the sign-in page's script sends.
#[derive(Debug)]
pub(crate) struct NewSession {
    access: String,
}

impl FromFields for NewSession {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { access: fields.text("access", 4000)? })
    }
}

/// 204 and the cookie, for the staff. A script asks, so refusals are JSON here.
pub(crate) async fn begin_session(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    _: SameOrigin,
    base: BaseUrl,
    Body(new): Body<NewSession>,
) -> Result<Response, ApiError> {
    // Here too, because it says how long the cookie may live, and why the token is not taken.
    let now = app.ambient.now();
    let claims = app.verifier.verify(&new.access, TokenType::Access, now).map_err(Unauthorized::BadToken)?;
    match staff(&app, Some(&new.access)).await? {
        Ok(account) => {
            asker.is(account.id);
            let seconds = claims.exp - now.seconds();
            Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie(&new.access, seconds, &base))]).into_response())
        }
        Err(because) => {
            let detail = because.words().unwrap_or_default().to_owned();
            Ok((StatusCode::FORBIDDEN, Json(Problem { detail, code: "not_staff".to_owned() })).into_response())
        }
    }
}

/// Away with the cookie.
pub(crate) async fn end_session(_: SameOrigin, base: BaseUrl) -> Response {
    ([(SET_COOKIE, cookie("", 0, &base))], Redirect::to("/admin/sign-in/")).into_response()
}

fn cookie(token: &str, seconds: i64, base: &BaseUrl) -> String {
    // A browser drops a Secure cookie that came over plain HTTP, as on a laptop.
    let secure = if base.0.starts_with("https://") { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={token}; Path=/admin/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}
