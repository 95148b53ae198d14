//! Gets one of the caller's orders: `GET /api/v1/orders/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, CurrentUser, PathId, Problem, Problems};
use shared::ids::OrderId;
use shared::orders::{Order, store};

/// Get an order
///
/// Returns one of your orders with its lines, as they were at the time of the order.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{id}/",
    tag = "orders",
    operation_id = "get_order",
    security(("bearer" = [])),
    params(("id" = OrderId, Path, description = "The order's id.")),
    responses(
        (status = 200, body = Order, description = "The order."),
        (status = 404, body = Problem, description = "The order does not exist or belongs to someone else."),
        Problems,
    )
)]
pub(crate) async fn get_order(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    PathId(id): PathId<OrderId>,
) -> Result<Json<Order>, ApiError> {
    let mut tx = app.db.read().await?;
    let order = store::find(&mut tx, user.id, id).await?;
    tx.commit().await?;
    order.map(Json).ok_or(ApiError::NotFound)
}
