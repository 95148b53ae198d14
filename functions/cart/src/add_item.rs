//! `POST /api/v1/cart/{id}/items/`: something put into a cart.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use http::header::{HeaderName, LOCATION};
use shared::app::App;
use shared::carts::store::{Added, add, line, lock};
use shared::carts::{CartLine, MAX_LINES, MAX_QUANTITY, Wanted};
use shared::http::{ApiError, BaseUrl, Body, MaybeBearer, PathId, Problem, PublicProblems};
use shared::ids::CartId;

use crate::create::{CreateCartItem, not_sold};
use crate::open::refuse_unless_open;

/// Put an item into a cart
///
/// A variant that is in the cart already gets that many more. Stock is not reserved: the line says whether there is enough.
#[utoipa::path(
    post,
    path = "/api/v1/cart/{id}/items/",
    tag = "cart",
    operation_id = "add_cart_item",
    security((), ("bearer" = [])),
    params(("id" = CartId, Path, description = "The cart's id.")),
    request_body = CreateCartItem,
    responses(
        (status = 201, body = CartLine, description = "A new line.", headers(("Location" = String, description = "Where it is."))),
        (status = 200, body = CartLine, description = "A line that was there and has more now.",
            headers(("Location" = String, description = "Where it is."))),
        (status = 404, body = Problem, description = "There is no such cart, or it is somebody else's."),
        (status = 410, body = Problem, description = "The cart became an order."),
        PublicProblems,
    )
)]
pub(crate) async fn add_cart_item(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(id): PathId<CartId>,
    base: BaseUrl,
    Body(new): Body<CreateCartItem>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<CartLine>), ApiError> {
    let wanted = Wanted { variant: new.product_variant_id, quantity: new.quantity };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    refuse_unless_open(lock(&mut tx, id, user.map(|user| user.id), now).await?)?;
    let (status, line_id) = match add(&mut tx, id, wanted, now).await? {
        Added::New(line) => (StatusCode::CREATED, line),
        Added::More(line) => (StatusCode::OK, line),
        Added::NoSuchVariant => return Err(ApiError::field("product_variant_id", not_sold(wanted.variant))),
        Added::TooManyLines => {
            return Err(ApiError::field("non_field_errors", format!("A cart holds up to {MAX_LINES} lines.")));
        }
        Added::TooManyUnits => {
            let message = format!("With what the cart has already this is more than {MAX_QUANTITY}.");
            return Err(ApiError::field("quantity", message));
        }
    };
    let line = line(&mut tx, id, line_id, now).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    let location = format!("{}/api/v1/cart/{id}/items/{line_id}/", base.0);
    Ok((status, [(LOCATION, location)], Json(line.with_base_url(&base.0))))
}
