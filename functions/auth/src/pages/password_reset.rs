//! The page on which a person chooses a new password: `GET` and `POST /auth/pages/password/reset/{uid}/{token}/`.

use axum::extract::State;
use maud::Markup;
use shared::http::{ApiError, Body, FieldErrors, Fields, MaybeBearer};
use shared::users::{AuthOptions, ClientInfo};

use super::layout::{Field, form, message};
use super::{Link, Outcome};
use crate::AuthState;
use crate::users::reset_password_confirm::reset_password_confirm;
use shared::app::App;

/// Shows the form.
pub(super) async fn show(_: Link) -> Markup {
    reset_form(&FieldErrors::default())
}

/// Changes the password after the form was sent.
pub(super) async fn submit(
    State(auth): State<AuthState>,
    link: Link,
    client_info: ClientInfo,
    body: Result<Body<Fields>, ApiError>,
) -> Result<Outcome, Outcome> {
    let Body(fields) = body?;
    let fields = fields.with("uid", &link.uid).with("token", &link.token);
    // A page always asks for a confirmation, whatever the options of the shop are.
    let auth_options = AuthOptions { password_reset_confirm_retype: true, ..auth.app.auth_options };
    let auth = AuthState { app: App { auth_options, ..auth.app }, ..auth };
    let answer = reset_password_confirm(State(auth), MaybeBearer(None), client_info, Body(fields)).await;
    Ok(Outcome::from_result(answer, done_page, reset_form))
}

fn done_page() -> Markup {
    message("Your password is changed", "You can log in with it now. You have been logged out on all devices.")
}

fn reset_form(errors: &FieldErrors) -> Markup {
    let field = |name, label| Field { name, label, input_type: "password", autocomplete: "new-password" };
    let fields = [field("new_password", "New password"), field("re_new_password", "New password again")];
    form("Choose a new password", "At least 8 characters, not only digits.", &fields, "Change the password", errors)
}
