//! Gets a line of a cart: `GET /api/v1/cart/{id}/items/{line_id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::carts::{CartLine, store};
use shared::http::{ApiError, BaseUrl, MaybeBearer, PathId, Problem, PublicProblems, Two};
use shared::ids::{CartId, CartLineId};

use crate::open::refuse_unless_open;

/// Get a line of a cart
///
/// Price and availability are current.
#[utoipa::path(
    get,
    path = "/api/v1/cart/{id}/items/{line_id}/",
    tag = "cart",
    operation_id = "get_cart_item",
    security((), ("bearer" = [])),
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("line_id" = CartLineId, Path, description = "The line's id."),
    ),
    responses(
        (status = 200, body = CartLine, description = "The line."),
        (status = 404, body = Problem, description = "The line does not exist or the cart belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn get_cart_item(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(Two(id, line_id)): PathId<Two<CartId, CartLineId>>,
    base: BaseUrl,
) -> Result<Json<CartLine>, ApiError> {
    let mut tx = app.db.read().await?;
    let head = store::find(&mut tx, id, user.map(|user| user.id)).await?;
    refuse_unless_open(head.map(|head| head.status))?;
    let line = store::line(&mut tx, id, line_id, app.clock.now()).await?;
    tx.commit().await?;
    line.map(|line| Json(line.with_base_url(&base.0))).ok_or(ApiError::NotFound)
}
