//! The sign-in form: `GET /admin/sign-in/`. Its script gets a token from `auth` and sends it to `POST /admin/session/`.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use shared::app::{App, LoggedUser};
use shared::http::{ApiError, Fields, Query, Request};

use crate::error::PageError;
use crate::layout::bare_page;
use crate::sign_in_link::{SignInReason, local};
use crate::staff_page::{SessionToken, staff};

/// Maximum number of characters of a path.
const MAX_PATH: usize = 2000;

/// The query of the form: where to go afterwards, and the reason.
#[derive(Debug, Request)]
#[request(undocumented)]
pub(crate) struct SignInQuery {
    #[field(max = MAX_PATH, default = local("").to_owned(), map = |path| local(&path).to_owned())]
    back: String,
    #[field(with = read_reason, default = SignInReason::NotSignedIn)]
    reason: SignInReason,
}

fn read_reason(fields: &mut Fields, name: &str) -> Option<SignInReason> {
    Some(fields.text(name, 30)?.parse().unwrap_or(SignInReason::NotSignedIn))
}

/// Shows the form, or redirects staff who are signed in. The path of the cookie is `/admin/`, so a browser that opens `/admin` sends no
/// cookie and arrives here even with a session.
pub(crate) async fn get_sign_in(
    State(app): State<App>,
    Extension(logged_user): Extension<LoggedUser>,
    SessionToken(token): SessionToken,
    query: Result<Query<SignInQuery>, ApiError>,
) -> Result<Response, PageError> {
    let Query(SignInQuery { back, reason }) = query?;
    if let Ok(account) = staff(&app, token.as_deref()).await? {
        logged_user.set(account.id);
        return Ok(Redirect::to(&back).into_response());
    }
    let explanation = reason.explanation();
    let form = html! {
        p.message.bad #message role="alert" hidden[explanation.is_none()] { (explanation.unwrap_or_default()) }
        noscript { p.message.bad { "Signing in requires JavaScript." } }
        form method="post" action="/admin/sign-in/" data-back=(back) {
            div #credentials {
                label { "Email" input name="email" type="email" autocomplete="username" required autofocus; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required; }
            }
            // Shown to users without a second factor where the shop requires one.
            div #set-up hidden {
                p {
                    "Add this key to an authenticator app, or open "
                    a #totp-link href="#" { "this link" }
                    " on the device with the app. Then enter the code that the app shows."
                }
                p { code #totp-key {} }
            }
            // Shown to users with a second factor once the password was right. Recovery codes contain letters.
            label #otp hidden { "Code" input name="otp" autocomplete="one-time-code" maxlength="40" spellcheck="false"; }
            button { "Sign in" }
        }
        // Shown once, when the second factor is confirmed.
        div #recovery hidden {
            p { "Your second factor is set up. Each of these recovery codes replaces a code once. Keep them where you find them without the app; they are not shown again." }
            pre #recovery-codes {}
            button #go-on type="button" { "I have kept the codes" }
        }
        script src="/admin/sign-in.js" defer {}
    };
    Ok(bare_page("Sign in", &form).into_response())
}
