//! Subscribes to a back-in-stock mail: `POST /api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::http::{AcceptLanguage, ApiError, Body, PathId, Problem, PublicProblems, Request, RetryAfter};
use shared::ids::VariantId;
use shared::stock::store::subscriptions::{SubscribeOutcome, subscribe};
use shared::throttles::store::count;
use shared::throttles::{Limit, Subject};
use shared::users::{ClientInfo, normalize_email};

/// A subscription to a back-in-stock mail.
#[derive(Request)]
pub(crate) struct SubscribeToBackInStock {
    /// Email address that the mail is sent to.
    #[field(email, map = |email| normalize_email(&email))]
    #[schema(example = "ana@example.com")]
    pub email: String,
}

/// Subscribe to a back-in-stock mail
///
/// You get one mail when the variant can be ordered again, even if you subscribe more than once. The response does not tell whether the
/// address was subscribed before. A subscription ends after one year. The mail is in the language of the shop that `Accept-Language`
/// prefers, otherwise in English.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/",
    tag = "catalogue",
    operation_id = "subscribe_to_back_in_stock",
    params(("variant_id" = VariantId, Path, description = "Id of the variant.")),
    request_body = SubscribeToBackInStock,
    responses(
        (status = 202, description = "The mail is sent when the variant can be ordered again."),
        (status = 404, body = Problem, description = "There is no such variant, or it is not for sale."),
        (status = 409, body = Problem, description = "The variant can be ordered now: `in_stock`."),
        PublicProblems,
    )
)]
pub(crate) async fn subscribe_to_back_in_stock(
    State(app): State<App>,
    PathId(variant): PathId<VariantId>,
    AcceptLanguage(locale): AcceptLanguage,
    client_info: ClientInfo,
    Body(SubscribeToBackInStock { email }): Body<SubscribeToBackInStock>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    for (limit, subject) in [
        (Limit::SubscriptionFrom, Subject::client(&client_info)),
        (Limit::SubscriptionTo, Subject::mail("back_in_stock", &email)),
    ] {
        if let Some(wait) = count(&mut tx, limit, &subject, now).await? {
            return Err(ApiError::Throttled(RetryAfter(wait)));
        }
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    let outcome = subscribe(&mut tx, variant, &email, locale, now).await?;
    tx.commit().await?;
    match outcome {
        SubscribeOutcome::Subscribed => Ok(StatusCode::ACCEPTED),
        SubscribeOutcome::InStock => Err(ApiError::conflict("in_stock", "The variant can be ordered now.")),
        SubscribeOutcome::NoSuchVariant => Err(ApiError::NotFound),
    }
}
