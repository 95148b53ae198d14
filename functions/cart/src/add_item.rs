//! Adds an item to a cart: `POST /api/v1/cart/{id}/items/`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::carts::store::{Added, add, line, lock};
use shared::carts::{CartLine, MAX_LINES, MAX_QUANTITY, Wanted};
use shared::http::{ApiError, BaseUrl, IdempotencyKey, MaybeBearer, PathId, Problem, PublicProblems, RepeatableBody};
use shared::idempotency_keys::KeyOwner;
use shared::ids::CartId;

use crate::create::{CreateCartItem, not_sold};
use crate::open::refuse_unless_open;

/// Add an item to a cart
///
/// A variant that is already in the cart gets this many more units. Stock is not reserved; the line says whether it suffices.
///
/// With an `Idempotency-Key` the request can be repeated for a day: the units are added once, and a request with the same key and body for the same
/// cart gets 200 with the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/api/v1/cart/{id}/items/",
    tag = "cart",
    operation_id = "add_cart_item",
    security((), ("bearer" = [])),
    params(("id" = CartId, Path, description = "The cart's id."), IdempotencyKey),
    request_body = CreateCartItem,
    responses(
        (status = 201, body = CartLine, description = "The variant got a new line.", headers(("Location" = String, description = "URL of the line."))),
        (status = 200, body = CartLine, description = "The line of this variant got more units, or the request is a repetition.",
            headers(("Location" = String, description = "URL of the line."), ("Idempotent-Replayed" = String, description = "`true` for a repetition."))),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        PublicProblems,
    )
)]
pub(crate) async fn add_cart_item(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(id): PathId<CartId>,
    base: BaseUrl,
    RepeatableBody(new, repeatable): RepeatableBody<CreateCartItem>,
) -> Result<Response, ApiError> {
    let items = format!("/api/v1/cart/{id}/items/");
    let repeatable = repeatable.at(items.clone());
    let wanted = Wanted { variant: new.product_variant_id, quantity: new.quantity };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    refuse_unless_open(lock(&mut tx, id, user.map(|user| user.id), now).await?)?;
    if let Some(first) = repeatable.replay(&mut tx, now).await? {
        return Ok(first);
    }
    let (status, line_id) = match add(&mut tx, id, wanted, now).await? {
        Added::New(line) => (StatusCode::CREATED, line),
        Added::More(line) => (StatusCode::OK, line),
        Added::NoSuchVariant => return Err(ApiError::field("product_variant_id", not_sold(wanted.variant))),
        Added::TooManyLines => {
            return Err(ApiError::field("non_field_errors", format!("A cart has at most {MAX_LINES} lines.")));
        }
        Added::TooManyUnits => {
            let message = format!("A line has at most {MAX_QUANTITY} units, with those already in the cart.");
            return Err(ApiError::field("quantity", message));
        }
    };
    let line = line(&mut tx, id, line_id, now).await?.ok_or(ApiError::NotFound)?;
    let location = format!("{}{items}{line_id}/", base.0);
    let added = (status, [(LOCATION, location)], Json(line.with_base_url(&base.0))).into_response();
    let added = repeatable.store(&mut tx, KeyOwner::Cart(id), added).await?;
    tx.commit().await?;
    Ok(added)
}
