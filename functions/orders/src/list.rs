//! Lists the caller's orders: `GET /api/v1/orders/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::http::{ApiError, CurrentUser, Page, PageQuery, PageRequest, Problems};
use shared::orders::{OrderSummary, store};

/// List your orders
///
/// Returns the newest orders first, without their lines.
#[utoipa::path(
    get,
    path = "/api/v1/orders/",
    tag = "orders",
    operation_id = "list_orders",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<OrderSummary>, description = "A page of orders."), Problems)
)]
pub(crate) async fn list_orders(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    request: PageRequest,
) -> Result<Json<Page<OrderSummary>>, ApiError> {
    let mut tx = app.db.read().await?;
    let list = async |tx: &mut Tx, bounds| store::list(tx, user.id, bounds).await;
    let count = async |tx: &mut Tx| store::count(tx, user.id).await;
    let page = request.read(&mut tx, list, count, |order| (order.placed_at, order.id)).await?;
    tx.commit().await?;
    Ok(Json(page))
}
