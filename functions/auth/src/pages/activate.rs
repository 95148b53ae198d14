//! The page that activates an account: `GET` and `POST /auth/pages/activate/{uid}/{token}/`.
//!
//! It always asks for the password, because the person who opens the link may not be the one who registered with the address.

use axum::extract::State;
use maud::Markup;
use shared::http::{ApiError, Body, FieldErrors, Fields, MaybeBearer};
use shared::users::ClientInfo;

use super::layout::{Field, form, message};
use super::{Link, Outcome};
use crate::AuthState;
use crate::users::activation::activate_user;

/// Shows the form.
pub(super) async fn show(_: Link) -> Markup {
    activation_form(&FieldErrors::default())
}

/// Activates the account after the form was sent.
pub(super) async fn submit(
    State(auth): State<AuthState>,
    link: Link,
    client_info: ClientInfo,
    body: Result<Body<Fields>, ApiError>,
) -> Result<Outcome, Outcome> {
    let Body(fields) = body?;
    let mut fields = fields.with("uid", &link.uid).with("token", &link.token);
    for name in ["password", "re_password"] {
        if !fields.is_given(name) {
            fields.error(name, "This field is required.");
        }
    }
    let answer = activate_user(State(auth), MaybeBearer(None), client_info, Body(fields)).await;
    let done =
        || message("Your account is active", "You can log in now, with the password that you have just entered.");
    Ok(Outcome::from_result(answer, done, activation_form))
}

fn activation_form(errors: &FieldErrors) -> Markup {
    let field = |name, label| Field { name, label, input_type: "password", autocomplete: "new-password" };
    let fields = [field("password", "Password"), field("re_password", "Password again")];
    let words = "One step is left: confirm that this address is yours, and choose the password. It may be the one with which you registered.";
    form("Activate your account", words, &fields, "Activate", errors)
}
