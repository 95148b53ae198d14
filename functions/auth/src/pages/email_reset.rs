//! The page on which a person chooses a new email address: `GET` and `POST /auth/pages/email/reset/{uid}/{token}/`.

use axum::extract::State;
use maud::Markup;
use shared::http::{ApiError, Body, FieldErrors, Fields, MaybeBearer};
use shared::users::{AuthOptions, ClientInfo};

use super::layout::{Field, form, message};
use super::{Link, Outcome};
use crate::AuthState;
use crate::users::reset_email_confirm::reset_email_confirm;
use shared::app::App;

/// Shows the form.
pub(super) async fn show(_: Link) -> Markup {
    reset_form(&FieldErrors::default())
}

/// Changes the email address after the form was sent.
pub(super) async fn submit(
    State(auth): State<AuthState>,
    link: Link,
    client_info: ClientInfo,
    body: Result<Body<Fields>, ApiError>,
) -> Result<Outcome, Outcome> {
    let Body(fields) = body?;
    let fields = fields.with("uid", &link.uid).with("token", &link.token);
    let needs_activation = auth.app.auth_options.send_activation_email;
    // A page always asks for a confirmation, whatever the options of the shop are.
    let auth_options = AuthOptions { username_reset_confirm_retype: true, ..auth.app.auth_options };
    let auth = AuthState { app: App { auth_options, ..auth.app }, ..auth };
    let answer = reset_email_confirm(State(auth), MaybeBearer(None), client_info, Body(fields)).await;
    Ok(Outcome::from_result(answer, || done_page(needs_activation), reset_form))
}

fn done_page(needs_activation: bool) -> Markup {
    let words = if needs_activation {
        "Open the link in the mail that we have sent there. After that you can log in with the new address."
    } else {
        "You can log in with the new address now. You have been logged out on all devices."
    };
    message("Your address is changed", words)
}

fn reset_form(errors: &FieldErrors) -> Markup {
    let field = |name, label| Field { name, label, input_type: "email", autocomplete: "email" };
    let fields = [field("new_email", "New address"), field("re_new_email", "New address again")];
    form(
        "Choose a new address",
        "We send your mail there, and you log in with it.",
        &fields,
        "Change the address",
        errors,
    )
}
