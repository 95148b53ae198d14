//! `GET` and `POST /auth/pages/email/reset/{uid}/{token}/`: choose another address.

use axum::extract::State;
use maud::Markup;
use shared::http::{ApiError, Body, FieldErrors, Fields, MaybeBearer};
use shared::users::ClientInfo;

use super::layout::{Field, form, message};
use super::{Link, Outcome};
use crate::users::reset_email_confirm::reset_email_confirm;
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
    let is_to_be_proven = auth.options.send_activation_email;
    // A page asks twice, whatever the shop asks of its clients.
    let auth = AuthState { options: Options { username_reset_confirm_retype: true, ..auth.options }, ..auth };
    let answer = reset_email_confirm(State(auth), MaybeBearer(None), client_info, Body(fields)).await;
    Ok(Outcome::of(answer, || done(is_to_be_proven), shown))
}

fn done(is_to_be_proven: bool) -> Markup {
    let words = if is_to_be_proven {
        "Open the link in the mail that is on its way there. After that you can log in with the new address."
    } else {
        "You can log in with the new address now. Wherever you were logged in before, you are no longer."
    };
    message("Your address is changed", words)
}

fn shown(errors: &FieldErrors) -> Markup {
    let field = |name, label| Field { name, label, kind: ("email", "email") };
    let fields = [field("new_email", "New address"), field("re_new_email", "The same again")];
    form("Choose a new address", "Your mail goes there, and you log in with it.", &fields, "Change the address", errors)
}
