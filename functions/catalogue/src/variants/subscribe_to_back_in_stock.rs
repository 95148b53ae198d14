//! Subscribes to a back-in-stock mail: `POST /api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{AcceptLanguage, ApiError, Body, MaybeBearer, PathId, Problem, PublicProblems, Request};
use shared::ids::{EventId, SubscriptionId, UserId, VariantId};
use shared::outbox::store::insert_due;
use shared::outbox::{Event, EventKind};
use shared::stock::store::subscriptions::{NewSubscription, SubscribeOutcome, subscribe};
use shared::throttles::{Limit, Subject, count_or_refuse};
use shared::users::store::{Account, proven};
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
/// A mail with a link asks the owner of the address to confirm the subscription within seven days; without that it ends. If you are signed in and
/// have proven that you read mail to this address, nothing has to be confirmed. You get one mail when the variant can be ordered again, even if
/// you subscribe more than once. The response does not tell whether the address was subscribed before. A subscription ends after one year. The
/// mails are in the language of the shop that `Accept-Language` prefers, otherwise in English.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/variants/{variant_id}/back-in-stock-subscriptions/",
    tag = "catalogue",
    operation_id = "subscribe_to_back_in_stock",
    params(("variant_id" = VariantId, Path, description = "Id of the variant.")),
    request_body = SubscribeToBackInStock,
    responses(
        (status = 202, description = "The mail is sent when the variant can be ordered again, if the subscription is confirmed."),
        (status = 404, body = Problem, description = "There is no such variant, or it is not for sale."),
        (status = 409, body = Problem, description = "The variant can be ordered now: `in_stock`."),
        PublicProblems,
    )
)]
pub(crate) async fn subscribe_to_back_in_stock(
    State(app): State<App>,
    MaybeBearer(account): MaybeBearer, // no token is needed, but an invalid one is refused
    PathId(variant): PathId<VariantId>,
    AcceptLanguage(locale): AcceptLanguage,
    client_info: ClientInfo,
    Body(SubscribeToBackInStock { email }): Body<SubscribeToBackInStock>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let owner = owner_of(&mut tx, account.as_ref(), &email).await?;
    let mut attempts = vec![(Limit::SubscriptionFrom, Subject::client(&client_info))];
    attempts.extend(owner.map(|user| (Limit::SubscriptionOf, Subject::user(user))));
    for (limit, subject) in attempts {
        count_or_refuse(&mut tx, limit, &subject, now).await?;
    }
    tx.commit().await?;
    let mut tx = app.db.begin().await?;
    let new = NewSubscription { variant, email: &email, locale, is_confirmed: owner.is_some() };
    let outcome = subscribe(&mut tx, new, now).await?;
    if let SubscribeOutcome::Subscribed(subscription) = outcome
        && owner.is_none()
    {
        request_confirmation(&mut tx, &app, subscription).await?;
    }
    tx.commit().await?;
    match outcome {
        SubscribeOutcome::Subscribed(_) => Ok(StatusCode::ACCEPTED),
        SubscribeOutcome::InStock => Err(ApiError::conflict("in_stock", "The variant can be ordered now.")),
        SubscribeOutcome::NoSuchVariant => Err(ApiError::NotFound),
    }
}

/// Returns the account of the caller if it has this address and has proven it.
async fn owner_of(tx: &mut Tx, account: Option<&Account>, email: &str) -> Result<Option<UserId>, ApiError> {
    let Some(account) = account.filter(|account| account.email.to_lowercase() == email.to_lowercase()) else {
        return Ok(None);
    };
    Ok(proven::is_proven(tx, account.id, email).await?.then_some(account.id))
}

/// Writes the event for the mail with the link, also for a subscription that is confirmed already, so that every request does the same work;
/// `notifications` decides.
async fn request_confirmation(tx: &mut Tx, app: &App, subscription_id: SubscriptionId) -> Result<(), ApiError> {
    let now = app.clock.now();
    let event = Event::new(EventId(app.rng.ordered_uuid(now)), EventKind::BackInStockRequested { subscription_id });
    Ok(insert_due(tx, &[event], now).await?)
}
