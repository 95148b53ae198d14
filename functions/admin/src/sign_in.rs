//! The sign-in form: `GET /admin/sign-in/`. Its script gets a token from `auth` and sends it to `POST /admin/session/`.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;
use maud::html;
use shared::app::{App, LoggedUser};
use shared::http::{ApiError, Fields, Query, Request};

use crate::error::PageError;
use crate::layout::bare_page;
use crate::staff_page::{staff, token};

/// The reasons for which a user must sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignInReason {
    /// There is no session cookie.
    NotSignedIn,
    /// The session has ended; it lasts as long as an access token.
    Ended,
    /// The user is signed in but not staff.
    NotStaff,
}

impl SignInReason {
    const ALL: [Self; 3] = [Self::NotSignedIn, Self::Ended, Self::NotStaff];

    fn code(self) -> &'static str {
        match self {
            Self::NotSignedIn => "",
            Self::Ended => "ended",
            Self::NotStaff => "not_staff",
        }
    }

    /// Returns the explanation for the user.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self {
            Self::NotSignedIn => None,
            Self::Ended => Some("Your session has ended. Sign in again to continue."),
            Self::NotStaff => Some("This account does not belong to the shop's staff."),
        }
    }
}

/// Longest path, in characters.
const MAX_PATH: usize = 2000;

/// The query of the form: where to go afterwards, and the reason.
#[derive(Debug, Request)]
#[request(undocumented)]
pub(crate) struct SignInQuery {
    #[field(max = MAX_PATH, default = local("").to_owned(), map = |path| local(&path).to_owned())]
    back: String,
    #[field(with = reason, default = SignInReason::NotSignedIn)]
    because: SignInReason,
}

fn reason(fields: &mut Fields, name: &str) -> Option<SignInReason> {
    let code = fields.text(name, 20)?;
    Some(SignInReason::ALL.into_iter().find(|reason| reason.code() == code).unwrap_or(SignInReason::NotSignedIn))
}

/// Returns the path of the form with the way back.
pub(crate) fn sign_in_path(back: &str, because: SignInReason) -> String {
    let fields = [("back", local(back)), ("because", because.code())];
    let set: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/admin/sign-in/?{}", serde_urlencoded::to_string(set).unwrap_or_default())
}

/// Returns the path if it is one of these pages, and the overview's path otherwise, so that no link leads to another site.
fn local(path: &str) -> &str {
    let is_plain = path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if path.starts_with("/admin/") && is_plain { path } else { "/admin/" }
}

/// Shows the form, or redirects a user who is signed in. A browser that opens `/admin` sends no cookie and comes here first.
pub(crate) async fn get_sign_in(
    State(app): State<App>,
    Extension(asker): Extension<LoggedUser>,
    headers: HeaderMap,
    query: Result<Query<SignInQuery>, ApiError>,
) -> Result<Response, PageError> {
    let Query(SignInQuery { back, because }) = query?;
    if let Ok(account) = staff(&app, token(&headers)).await? {
        asker.is(account.id);
        return Ok(Redirect::to(&back).into_response());
    }
    let words = because.words();
    let form = html! {
        p.message.bad #message role="alert" hidden[words.is_none()] { (words.unwrap_or_default()) }
        noscript { p.message.bad { "Signing in requires JavaScript." } }
        form method="post" action="/admin/sign-in/" data-back=(back) {
            label { "E-mail" input name="email" type="email" autocomplete="username" required autofocus; }
            label { "Password" input name="password" type="password" autocomplete="current-password" required; }
            // Shown to users with a second factor once the password was right. Recovery codes contain letters.
            label #otp hidden { "Code" input name="otp" autocomplete="one-time-code" maxlength="40" spellcheck="false"; }
            button { "Sign in" }
        }
        script src="/admin/sign-in.js" defer {}
    };
    Ok(bare_page("Sign in", &form).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_these_pages() {
        for path in ["/admin/", "/admin/orders/?q=ana%40example.com&cursor=x"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "https://evil.example/admin/",
            "//evil.example/admin/",
            "/\\evil.example",
            "/admin/\\..\\..\\evil",
            "/auth/",
            "javascript:alert(1)",
            "/admin/\r\nset-cookie: a=b",
            "/admin",
        ] {
            assert_eq!(local(path), "/admin/", "{path}");
        }
    }
}
