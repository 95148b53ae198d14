//! `GET` and `POST /auth/pages/password/reset/{uid}/{token}/`: choose another password.

use axum::extract::State;
use maud::Markup;
use shared::http::{ApiError, Body, FieldErrors, Fields, MaybeBearer};
use shared::users::ClientInfo;

use super::layout::{Field, form, message};
use super::{Link, Outcome};
use crate::users::reset_password_confirm::reset_password_confirm;
use crate::{AuthState, Options};

/// The form.
pub(super) async fn show(_: Link) -> Markup {
    shown(&FieldErrors::default())
}

/// The form was sent.
pub(super) async fn submit(
    State(auth): State<AuthState>,
    link: Link,
    client_info: ClientInfo,
    body: Result<Body<Fields>, ApiError>,
) -> Result<Outcome, Outcome> {
    let Body(fields) = body?;
    let fields = fields.with("uid", &link.uid).with("token", &link.token);
    // A page asks twice, whatever the shop asks of its clients.
    let auth = AuthState { options: Options { password_reset_confirm_retype: true, ..auth.options }, ..auth };
    let answer = reset_password_confirm(State(auth), MaybeBearer(None), client_info, Body(fields)).await;
    Ok(Outcome::of(answer, done, shown))
}

fn done() -> Markup {
    message(
        "Your password is changed",
        "You can log in with it now. Wherever you were logged in before, you are no longer.",
    )
}

fn shown(errors: &FieldErrors) -> Markup {
    let field = |name, label| Field { name, label, kind: ("password", "new-password") };
    let fields = [field("new_password", "New password"), field("re_new_password", "The same again")];
    form("Choose a new password", "At least 8 characters, not only digits.", &fields, "Change the password", errors)
}
