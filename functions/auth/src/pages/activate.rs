//! The page that activates a new account: `GET` and `POST /auth/pages/activate/{uid}/{token}/`.

use axum::extract::State;
use maud::Markup;
use shared::app::App;
use shared::http::{Body, FieldErrors, MaybeBearer};
use shared::users::ClientInfo;

use super::layout::{form, message};
use super::{Link, Outcome};
use crate::users::activation::{ActivateUser, activate_user};

/// Shows the page with the button.
pub(super) async fn show(_: Link) -> Markup {
    activation_form(&FieldErrors::default())
}

/// Activates the account after the button was pressed.
pub(super) async fn submit(State(app): State<App>, Link { uid, token }: Link, client_info: ClientInfo) -> Outcome {
    let answer = activate_user(State(app), MaybeBearer(None), client_info, Body(ActivateUser { uid, token })).await;
    Outcome::from_result(answer, || message("Your account is active", "You can log in now."), activation_form)
}

fn activation_form(errors: &FieldErrors) -> Markup {
    form("Activate your account", "One step is left: confirm that this address is yours.", &[], "Activate", errors)
}
