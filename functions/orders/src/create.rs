//! Checks out a cart: `POST /api/v1/orders/`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::app::App;
use shared::app::metrics::Metric;
use shared::http::{
    AcceptLanguage, ApiError, Body, FieldErrors, Fields, IDEMPOTENT_REPLAYED, IdempotencyKey, Problem, Problems,
    Request, RetryAfter, Unauthorized, UnverifiedUser, digest,
};
use shared::ids::{CartId, EventId, OrderId};
use shared::money::{Amount, Money};
use shared::orders::store::{Outcome, Placement, place};
use shared::orders::{Order, OverLimitItem, UnavailableItem};
use shared::outbox::{Event, EventKind, Queue, publish};
use shared::throttles::Subject;
use shared::trace::Trace;
use shared::users::ClientInfo;
use shared::users::tokens::TokenError;
use utoipa::ToSchema;

/// The cart to check out.
#[derive(Clone, Copy, Debug, Deserialize, Request)]
pub(crate) struct CreateOrder {
    /// Id of your cart, or of a guest's cart.
    pub cart_id: CartId,
    /// Total that the buyer was shown. If the cart costs something else, no order is placed and you get 409 `cart_changed`; null means that any
    /// total is accepted.
    #[field(nullable, with = Fields::money, schema = String)]
    #[schema(example = "99.80")]
    #[serde(skip)]
    pub expected_total: Option<Money>,
}

/// A conflict that prevents the order. Nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckoutConflict {
    /// Text for people, which may change.
    pub detail: String,
    /// Error code: `sold_out`, `cart_changed`, `cart_empty` or `cart_ordered`.
    #[schema(example = "sold_out")]
    pub code: String,
    /// Lines that cannot be ordered, in the order of the cart; missing unless the code is `sold_out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<UnavailableItem>, required = false)]
    pub items: Option<Vec<UnavailableItem>>,
    /// Current total of the cart; missing unless the code is `cart_changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Amount, required = false)]
    pub grand_total: Option<Amount>,
    /// Id of the order that this cart became; missing unless the code is `cart_ordered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = OrderId, required = false)]
    pub order_id: Option<OrderId>,
}

/// Lines that exceed the quantity that a customer can order. Nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckoutOverLimit {
    /// Text for people, which may change.
    pub detail: String,
    /// Error code: `over_quantity_limit`.
    #[schema(example = "over_quantity_limit")]
    pub code: String,
    /// Lines that exceed a limit, in the order of the cart.
    pub items: Vec<OverLimitItem>,
}

/// A body that is not valid, or lines that exceed a limit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the responses")]
pub(crate) enum InvalidCheckout {
    /// Fields of the body are not valid.
    Fields(FieldErrors),
    /// Lines exceed a limit.
    OverLimit(CheckoutOverLimit),
    /// The body cannot be read.
    Unreadable(Problem),
}

/// Place an order
///
/// Checks out a cart: locks the stock, writes the order and takes the stock in one transaction, all or nothing. If a line cannot be ordered, you
/// get 409 `sold_out` with all such lines, until you change or remove them. The confirmation is mailed
/// afterwards. A repeated request with the same `Idempotency-Key` and body gets 200 with the existing order and `Idempotent-Replayed: true`; so
/// does one without a key for the same cart. If the cart was ordered under another key or without one, a request with a key gets 409
/// `cart_ordered`. Limits keep one buyer from taking everything: 10 orders an hour for an account and 500 for a network (429), and 20 units of a variant in
/// your open orders (400 `over_quantity_limit`), unless the shop or the variant has other limits. The mails are in the language of the shop that `Accept-Language` prefers, otherwise in English.
#[utoipa::path(
    post,
    path = "/api/v1/orders/",
    tag = "orders",
    operation_id = "create_order",
    security(("bearer" = [])),
    params(IdempotencyKey),
    request_body = CreateOrder,
    responses(
        (status = 201, body = Order, description = "The order was placed."),
        (status = 200, body = Order, description = "The order had been placed before.",
            headers(("Idempotent-Replayed" = String, description = "`true`"))),
        (status = 403, body = Problem, description = "The shop takes orders only from accounts whose email address is proven: `address_not_proven`. Request a new password (`POST /auth/users/reset_password/`), and set it with the link in the mail."),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 409, body = CheckoutConflict, description = "The cart cannot be ordered as it is, and nothing was changed: `sold_out`, `cart_changed`, `cart_empty` or `cart_ordered`."),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        Problems,
        (status = 400, body = InvalidCheckout, description = "The body is not valid, or lines exceed the quantity that a customer can order: `over_quantity_limit`."),
    )
)]
pub(crate) async fn create_order(
    State(app): State<App>,
    State(queue): State<Arc<dyn Queue>>,
    AcceptLanguage(locale): AcceptLanguage,
    UnverifiedUser { user, sign_in }: UnverifiedUser, // `check_out` checks the account and the sign-in
    key: IdempotencyKey,
    client_info: ClientInfo,
    Body(new): Body<CreateOrder>,
) -> Result<(StatusCode, HeaderMap, Json<Order>), ApiError> {
    let expected_total = new.expected_total.map_or_else(String::new, |total| total.minor().to_string());
    let placement = Placement {
        order: OrderId(app.rng.ordered_uuid(app.clock.now())),
        event: EventId(app.rng.ordered_uuid(app.clock.now())),
        cart: new.cart_id,
        user,
        sign_in,
        idempotency_key: key.digest(&[&user.0.to_be_bytes()]),
        request_digest: digest(&[new.cart_id.0.as_bytes(), expected_total.as_bytes()]),
        expected_total: new.expected_total.map(|total| app.currency.amount(total)),
        locale,
        client: Subject::client(&client_info),
        options: app.options,
        now: app.clock.now(),
    };
    match place(&app.db, &placement).await? {
        Outcome::Placed(order) => {
            let event = Event::new(placement.event, EventKind::OrderPlaced { order_id: order.id });
            app.metrics.count(Metric::Orders, placement.now);
            let trace = client_info.trace.as_deref().and_then(Trace::read);
            publish(&app.db, &*queue, &event, trace, placement.now).await;
            Ok((StatusCode::CREATED, HeaderMap::new(), Json(order)))
        }
        Outcome::Replayed(order) => Ok((StatusCode::OK, HeaderMap::from_iter([IDEMPOTENT_REPLAYED]), Json(order))),
        Outcome::SoldOut(items) => {
            app.metrics.count(Metric::SoldOut, placement.now);
            Err(sold_out(&items))
        }
        Outcome::CartChanged(total) => Err(cart_changed(total)),
        Outcome::CartOrdered(order) => Err(cart_ordered(order)),
        Outcome::AddressNotProven => Err(ApiError::ForbiddenBecause(PROVE_ADDRESS, "address_not_proven")),
        Outcome::OverQuantityLimit(items) => Err(over_quantity_limit(&items)),
        Outcome::TooManyOfAccount(wait) => Err(too_many("You have", wait)),
        Outcome::TooManyOfNetwork(wait) => Err(too_many("Your network has", wait)),
        Outcome::CartEmpty => Err(ApiError::conflict("cart_empty", "The cart is empty. Add an item first.")),
        Outcome::CartNotFound => Err(ApiError::NotFound),
        Outcome::KeyReused => Err(ApiError::IdempotencyKeyReused),
        Outcome::UserNotFound => Err(Unauthorized::UserNotFound.into()),
        Outcome::UserInactive => Err(Unauthorized::UserInactive.into()),
        Outcome::SignedOut => Err(Unauthorized::BadToken(TokenError::Revoked).into()),
    }
}

const PROVE_ADDRESS: &str =
    "Prove your email address before you order: request a new password, and set it with the link in the mail.";

fn sold_out(items: &[UnavailableItem]) -> ApiError {
    ApiError::Conflict {
        detail: "Some lines cannot be ordered. Change or remove them. Nothing was ordered.".to_owned(),
        code: "sold_out",
        more: json!({"items": items}),
    }
}

fn cart_changed(total: Amount) -> ApiError {
    ApiError::Conflict {
        detail: format!("The cart costs {total} now. Nothing was ordered. Check the new total and try again."),
        code: "cart_changed",
        more: json!({"grand_total": total}),
    }
}

fn cart_ordered(order: OrderId) -> ApiError {
    ApiError::Conflict {
        detail: "This cart was already ordered, under another key or without one.".to_owned(),
        code: "cart_ordered",
        more: json!({"order_id": order}),
    }
}

fn over_quantity_limit(items: &[OverLimitItem]) -> ApiError {
    ApiError::OverLimit {
        detail: items.iter().map(OverLimitItem::in_words).collect::<Vec<_>>().join(" "),
        code: "over_quantity_limit",
        more: json!({"items": items}),
    }
}

fn too_many(who: &str, seconds: u32) -> ApiError {
    let detail = format!(
        "{who} placed as many orders as are allowed in an hour. Your cart stays as it is: order it in {seconds} seconds, or ask the shop."
    );
    ApiError::ThrottledBecause(detail, RetryAfter(seconds))
}
