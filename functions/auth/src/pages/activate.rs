//! `GET` and `POST /auth/pages/activate/{uid}/{token}/`: switch a new account on, by a button.

use axum::extract::State;
use maud::Markup;
use shared::app::App;
use shared::http::{Body, FieldErrors, MaybeBearer};
use shared::users::ClientInfo;

use super::layout::{form, message};
use super::{Link, Outcome};
use crate::users::activation::{ActivateUser, activate_user};

/// The button.
pub(super) async fn show(_: Link) -> Markup {
    shown(&FieldErrors::default())
}

/// The button was pressed.
pub(super) async fn submit(State(app): State<App>, Link { uid, token }: Link, client_info: ClientInfo) -> Outcome {
    let answer = activate_user(State(app), MaybeBearer(None), client_info, Body(ActivateUser { uid, token })).await;
    Outcome::of(answer, || message("Your account is active", "You can log in now."), shown)
}

fn shown(errors: &FieldErrors) -> Markup {
    form("Activate your account", "One step is left: confirm that this address is yours.", &[], "Activate", errors)
}
