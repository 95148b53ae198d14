//! Deletes a cart: `DELETE /api/v1/cart/{id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::carts::store;
use shared::http::{ApiError, MaybeBearer, PathId, Problem, PublicProblems};
use shared::ids::CartId;

use crate::open::refuse_unless_open;

/// Delete a cart
///
/// Deletes the cart with all its lines.
#[utoipa::path(
    delete,
    path = "/api/v1/cart/{id}/",
    tag = "cart",
    operation_id = "delete_cart",
    security((), ("bearer" = [])),
    params(("id" = CartId, Path, description = "The cart's id.")),
    responses(
        (status = 204, description = "The cart was deleted."),
        (status = 404, body = Problem, description = "The cart does not exist or belongs to someone else."),
        (status = 410, body = Problem, description = "The cart became an order: `cart_ordered`."),
        PublicProblems,
    )
)]
pub(crate) async fn delete_cart(
    State(app): State<App>,
    MaybeBearer(user): MaybeBearer,
    PathId(id): PathId<CartId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    refuse_unless_open(store::lock(&mut tx, id, user.map(|user| user.id), app.clock.now()).await?)?;
    store::delete(&mut tx, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
