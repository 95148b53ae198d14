//! `GET /api/v1/catalogue/products/`: pages of products.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::app::App;
use shared::catalogue::ProductSummary;
use shared::catalogue::store::list::{Way, count, list};
use shared::http::{ApiError, BaseUrl, Cursor, Direction, Links, Page, PageQuery, PublicProblems, Query};

use crate::cached::{NotModified, Seen};
use crate::product_query::{ListKey, ProductPageQuery, ProductQuery, place};

/// List products
///
/// Those that are for sale, the newest first unless `ordering` says otherwise. `next` and `previous` keep the filters and the
/// order; a cursor of one order is refused in another.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/",
    tag = "catalogue",
    operation_id = "list_products",
    params(ProductQuery, PageQuery),
    responses((status = 200, body = Page<ProductSummary>, description = "A page of products."), NotModified, PublicProblems)
)]
pub(crate) async fn list_products(
    State(app): State<App>,
    base: BaseUrl,
    seen: Seen,
    OriginalUri(uri): OriginalUri,
    Query(ProductPageQuery { page, products }): Query<ProductPageQuery>,
) -> Result<Response, ApiError> {
    let ordering = products.ordering.unwrap_or_default();
    let cursor: Option<Cursor<ListKey>> = page.cursor()?;
    let after = place(cursor.as_ref(), ordering)?;
    let (key, way) = ordering.walk();
    let way = match cursor.as_ref().map(|cursor| cursor.direction) {
        Some(Direction::Previous) => opposite(way),
        Some(Direction::Next) | None => way,
    };
    let mut tx = app.db.read().await?;
    let filter = products.filter(&mut tx, app.ambient.now()).await?;
    let rows = list(&mut tx, &filter, (key, way), after, page.limit()).await?;
    let count = if page.count { Some(count(&mut tx, &filter).await?) } else { None };
    tx.commit().await?;
    let links = Links::new(&base, &uri);
    let page = Page::from_rows(rows, page.page_size, cursor.as_ref(), |row| ListKey::of(row, ordering), &links);
    seen.or(&Page { count, ..page }.map(|row| row.product.with_base_url(&base.0)))
}

fn opposite(way: Way) -> Way {
    match way {
        Way::Up => Way::Down,
        Way::Down => Way::Up,
    }
}
