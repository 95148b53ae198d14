//! Lists the caller's open carts: `GET /api/v1/cart/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::app::db::Tx;
use shared::carts::CartSummary;
use shared::carts::store::list::{count, list};
use shared::http::{ApiError, CurrentUser, Page, PageQuery, PageRequest, Problems};

/// List your open carts
///
/// Returns the newest carts first, without their lines. Carts that became orders and carts of guests are not listed.
#[utoipa::path(
    get,
    path = "/api/v1/cart/",
    tag = "cart",
    operation_id = "list_carts",
    security(("bearer" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<CartSummary>, description = "A page of carts."), Problems)
)]
pub(crate) async fn list_carts(
    State(app): State<App>,
    CurrentUser(user): CurrentUser,
    request: PageRequest,
) -> Result<Json<Page<CartSummary>>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let rows = async |tx: &mut Tx, bounds| list(tx, user.id, bounds, now).await;
    let number = async |tx: &mut Tx| count(tx, user.id).await;
    let page = request.read(&mut tx, rows, number, |cart| (cart.created_at, cart.id)).await?;
    tx.commit().await?;
    Ok(Json(page))
}
