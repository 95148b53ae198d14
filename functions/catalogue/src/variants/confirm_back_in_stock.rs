//! Confirms a back-in-stock subscription by the link in its mail: `POST /api/v1/catalogue/back-in-stock-subscriptions/confirm/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{ApiError, Body, MaybeBearer, PublicProblems, Request};
use shared::stock::store::subscriptions::confirm;

/// Maximum number of characters of a token; real ones are much shorter.
const MAX_TOKEN: usize = 1000;

/// The secret part of the link in the mail.
#[derive(Request)]
pub(crate) struct ConfirmBackInStockSubscription {
    /// Last part of the link, the secret token.
    #[field(max = MAX_TOKEN)]
    #[schema(write_only)]
    pub token: String,
}

/// Confirm a back-in-stock subscription
///
/// Send the last part of the link in the mail. The link is valid for seven days, and using it again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/back-in-stock-subscriptions/confirm/",
    tag = "catalogue",
    operation_id = "confirm_back_in_stock_subscription",
    request_body = ConfirmBackInStockSubscription,
    responses((status = 204, description = "The mail is sent when the variant can be ordered again."), PublicProblems)
)]
pub(crate) async fn confirm_back_in_stock_subscription(
    State(app): State<App>,
    MaybeBearer(_): MaybeBearer, // no token is needed, but an invalid one is refused
    Body(ConfirmBackInStockSubscription { token }): Body<ConfirmBackInStockSubscription>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let is_confirmed = confirm(&mut tx, &token, app.clock.now()).await?;
    tx.commit().await?;
    if !is_confirmed {
        return Err(ApiError::field("token", "The link is not valid, or not any more. Subscribe again."));
    }
    Ok(StatusCode::NO_CONTENT)
}
