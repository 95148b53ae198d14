//! Gets a cart with current prices and stock: `GET /api/v1/cart/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::carts::{Cart, store};
use shared::http::{ApiError, BaseUrl, MaybeBearer, PathId, Problem, PublicProblems};
use shared::ids::CartId;

use crate::open::refuse_unless_open;

/// Get a cart
///
/// Prices and availability are current; checkout checks them again.
#[utoipa::path(
    get,
    path = "/api/v1/cart/{id}/",
    tag = "cart",
    operation_id = "get_cart",
    security((), ("bearer" = [])),
    params(("id" = CartId, Path, description = "The cart's id.")),
    responses(
        (status = 200, body = Cart, description = "The cart."),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn get_cart(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(id): PathId<CartId>,
    base: BaseUrl,
) -> Result<Json<Cart>, ApiError> {
    let mut tx = app.db.read().await?;
    let head = store::find(&mut tx, id, user.map(|user| user.id)).await?.ok_or(ApiError::NotFound)?;
    refuse_unless_open(Some(head.status))?;
    let lines = store::lines(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(Cart::new(id, head.currency, lines).with_base_url(&base.0)))
}
