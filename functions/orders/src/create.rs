//! Checks out a cart: `POST /api/v1/orders/`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::app::App;
use shared::app::metrics::Metric;
use shared::http::{ApiError, Body, Fields, Problem, Problems, Request, Unauthorized, UnverifiedUser};
use shared::ids::{CartId, EventId, OrderId, UserId};
use shared::money::Money;
use shared::orders::store::{Outcome, Placement, place};
use shared::orders::{InsufficientStockItem, Order};
use shared::outbox::{Event, EventKind, Queue, publish};
use shared::trace::Trace;
use shared::users::tokens::TokenError;
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

/// The cart to check out.
#[derive(Clone, Copy, Debug, Deserialize, Request)]
pub(crate) struct CreateOrder {
    /// Id of your cart, or of a guest's cart.
    pub cart_id: CartId,
    /// Total that the buyer was shown. If the cart costs something else, no order is placed.
    #[field(nullable, with = Fields::money, schema = String)]
    #[schema(example = "149.90")]
    #[serde(skip)]
    pub expected_total: Option<Money>,
}

/// A conflict that prevents the order. Nothing was changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckoutConflict {
    /// Explanation for people.
    pub detail: String,
    /// Error code: `sold_out`, `cart_changed`, `cart_empty` or `cart_ordered`.
    #[schema(example = "sold_out")]
    pub code: String,
    /// Items with too little stock; null unless the code is `sold_out`.
    pub items: Option<Vec<InsufficientStockItem>>,
    /// Current total of the cart; null unless the code is `cart_changed`.
    pub grand_total: Option<Money>,
    /// Id of the order that this cart became; null unless the code is `cart_ordered`.
    pub order_id: Option<OrderId>,
}

/// Place an order
///
/// Checks out a cart: locks the stock, writes the order and takes the stock in one transaction, all or nothing. The confirmation is mailed
/// afterwards. A repeated request for the same cart or with the same `Idempotency-Key` gets 200 with the existing order and
/// `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/api/v1/orders/",
    tag = "orders",
    operation_id = "create_order",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "A text that is unique to this request, 1 to 255 characters.")),
    request_body = CreateOrder,
    responses(
        (status = 201, body = Order, description = "The order was placed."),
        (status = 200, body = Order, description = "The order had been placed before.",
            headers(("Idempotent-Replayed" = String, description = "`true`"))),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 409, body = CheckoutConflict, description = "The cart cannot be ordered as it is; nothing was changed."),
        (status = 422, body = Problem, description = "The key was used for another request."),
        Problems,
    )
)]
pub(crate) async fn create_order(
    State(app): State<App>,
    State(queue): State<Arc<dyn Queue>>,
    UnverifiedUser { user, sign_in }: UnverifiedUser, // `check_out` checks the account and the sign-in
    headers: HeaderMap,
    Body(new): Body<CreateOrder>,
) -> Result<(StatusCode, HeaderMap, Json<Order>), ApiError> {
    let placement = Placement {
        order: OrderId(app.rng.ordered_uuid(app.clock.now())),
        event: EventId(app.rng.ordered_uuid(app.clock.now())),
        cart: new.cart_id,
        user,
        sign_in,
        idempotency_key: idempotency_key(&headers, user)?,
        request_digest: digest(&[new.cart_id.0.as_bytes(), format!("{:?}", new.expected_total).as_bytes()]),
        expected_total: new.expected_total,
        now: app.clock.now(),
    };
    match place(&app.db, &placement).await? {
        Outcome::Placed(order) => {
            let event = Event::new(placement.event, EventKind::OrderPlaced { order_id: order.id });
            app.metrics.count(Metric::Orders, placement.now);
            publish(&app.db, &*queue, &event, Trace::of_request(&headers), placement.now).await;
            Ok((StatusCode::CREATED, HeaderMap::new(), Json(order)))
        }
        Outcome::Replayed(order) => {
            let replayed = (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
            Ok((StatusCode::OK, HeaderMap::from_iter([replayed]), Json(order)))
        }
        Outcome::SoldOut(items) => {
            app.metrics.count(Metric::SoldOut, placement.now);
            Err(ApiError::Conflict {
                detail: "There is too little stock. Nothing was ordered.".to_owned(),
                code: "sold_out",
                more: json!({"items": items}),
            })
        }
        Outcome::CartChanged(total) => Err(ApiError::Conflict {
            detail: format!("The cart costs {total} now. Nothing was ordered."),
            code: "cart_changed",
            more: json!({"grand_total": total}),
        }),
        Outcome::CartOrdered(order) => Err(ApiError::Conflict {
            detail: "This cart was already ordered under another key.".to_owned(),
            code: "cart_ordered",
            more: json!({"order_id": order}),
        }),
        Outcome::CartEmpty => Err(ApiError::conflict("cart_empty", "The cart is empty. Add an item first.")),
        Outcome::CartNotFound => Err(ApiError::NotFound),
        Outcome::KeyReused => Err(ApiError::IdempotencyKeyReused),
        Outcome::UserNotFound => Err(Unauthorized::UserNotFound.into()),
        Outcome::UserInactive => Err(Unauthorized::UserInactive.into()),
        Outcome::SignedOut => Err(Unauthorized::BadToken(TokenError::Revoked).into()),
    }
}

/// Returns the digest of the client's key with the user's id, because two users may choose the same key.
fn idempotency_key(headers: &HeaderMap, user: UserId) -> Result<Option<Uuid>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.as_bytes() {
        key @ [_, ..] if key.len() <= 255 => Ok(Some(digest(&[&user.0.to_be_bytes(), key]))),
        _ => Err(ApiError::field("Idempotency-Key", "Ensure this header has 1 to 255 characters.")),
    }
}

/// Returns the first 128 bits of a SHA-256 as a uuid, because a call takes uuids but no bytes.
fn digest(parts: &[&[u8]]) -> Uuid {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut bytes = [0; 16];
    context.finish().as_ref().iter().zip(&mut bytes).for_each(|(from, to)| *to = *from);
    Builder::from_custom_bytes(bytes).into_uuid()
}
