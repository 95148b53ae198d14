//! The page that confirms a back-in-stock subscription: `GET` and `POST /auth/pages/back-in-stock/{token}/`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use maud::Markup;
use shared::app::App;
use shared::http::{ApiError, FieldErrors};
use shared::stock::store::subscriptions::confirm;

use super::Outcome;
use super::layout::{form, message};

/// Shows the page with the button.
pub(super) async fn show() -> Markup {
    let words = "One step is left: confirm that you want a mail when the product is available again.";
    form("Confirm your request", words, &[], "Confirm", &FieldErrors::default())
}

/// Confirms the subscription after the button was pressed.
pub(super) async fn submit(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
) -> Result<Outcome, Outcome> {
    let Path(token) = token.map_err(|_| invalid())?;
    let is_confirmed = confirm_subscription(&app, &token).await?;
    Ok(if is_confirmed { Outcome::Done(done()) } else { invalid() })
}

async fn confirm_subscription(app: &App, token: &str) -> Result<bool, ApiError> {
    let mut tx = app.db.begin().await?;
    let is_confirmed = confirm(&mut tx, token, app.clock.now()).await?;
    tx.commit().await?;
    Ok(is_confirmed)
}

fn done() -> Markup {
    message("Your request is confirmed", "You get one mail when the product is available again.")
}

fn invalid() -> Outcome {
    let words =
        "It is more than seven days old, or a part of it is missing. Ask for a mail again on the page of the product.";
    Outcome::InvalidInput(message("This link is no longer valid", words))
}
