//! Removes a line from a cart: `DELETE /api/v1/cart/{id}/items/{line_id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::carts::store;
use shared::http::{ApiError, MaybeBearer, PathId, Problem, PublicProblems, Two};
use shared::ids::{CartId, CartLineId};

use crate::open::refuse_unless_open;

/// Remove a line from a cart
///
/// Removes the line with all its units. To change the quantity, update the line.
#[utoipa::path(
    delete,
    path = "/api/v1/cart/{id}/items/{line_id}/",
    tag = "cart",
    operation_id = "remove_cart_item",
    security((), ("bearer" = [])),
    params(
        ("id" = CartId, Path, description = "The cart's id."),
        ("line_id" = CartLineId, Path, description = "The line's id."),
    ),
    responses(
        (status = 204, description = "The line was removed."),
        (status = 404, body = Problem, description = "The line does not exist or the cart belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn remove_cart_item(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(Two(id, line_id)): PathId<Two<CartId, CartLineId>>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    refuse_unless_open(store::lock(&mut tx, id, user.map(|user| user.id), app.clock.now()).await?)?;
    if !store::delete_line(&mut tx, id, line_id).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
