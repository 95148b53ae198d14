//! Lists the caller's orders: `GET /api/v1/orders/`.

use axum::Json;
use axum::extract::{OriginalUri, State};
use shared::app::App;
use shared::http::{ApiError, BaseUrl, CurrentUser, Cursor, Direction, Links, Page, PageQuery, Problems, Query};
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
    base: BaseUrl,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<OrderSummary>>, ApiError> {
    let cursor: Option<Cursor<store::ListKey>> = query.cursor()?;
    let limit = query.limit();
    let mut tx = app.db.read().await?;
    let orders = match &cursor {
        Some(Cursor { direction: Direction::Previous, key }) => {
            store::list_newer(&mut tx, user.id, *key, limit).await?
        }
        Some(Cursor { direction: Direction::Next, key }) => {
            store::list_older(&mut tx, user.id, Some(*key), limit).await?
        }
        None => store::list_older(&mut tx, user.id, None, limit).await?,
    };
    let count = if query.count { Some(store::count(&mut tx, user.id).await?) } else { None };
    tx.commit().await?;
    let key = |order: &OrderSummary| (order.placed_at, order.id);
    let page = Page::from_rows(orders, query.page_size, cursor.as_ref(), key, &Links::new(&base, &uri));
    Ok(Json(Page { count, ..page }))
}
