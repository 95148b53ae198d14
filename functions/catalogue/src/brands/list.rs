//! `GET /api/v1/catalogue/brands/`: pages of brands.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use shared::app::App;
use shared::catalogue::Brand;
use shared::catalogue::store::brands::{ListKey, count, list_after, list_before};
use shared::http::{ApiError, BaseUrl, Cursor, Direction, Links, Page, PageQuery, PublicProblems, Query};

use crate::caching::{IfNoneMatch, NotModified};

/// List brands, by name
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/brands/",
    tag = "catalogue",
    operation_id = "list_brands",
    params(PageQuery),
    responses((status = 200, body = Page<Brand>, description = "A page of brands."), NotModified, PublicProblems)
)]
pub(crate) async fn list_brands(
    State(app): State<App>,
    base: BaseUrl,
    if_none_match: IfNoneMatch,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, ApiError> {
    let cursor: Option<Cursor<ListKey>> = query.cursor()?;
    if cursor.as_ref().is_some_and(|cursor| cursor.key.0.contains('\0')) {
        return Err(ApiError::field("cursor", "Invalid cursor."));
    }
    let limit = query.limit();
    let mut tx = app.db.read().await?;
    let brands = match &cursor {
        Some(Cursor { direction: Direction::Previous, key }) => list_before(&mut tx, key, limit).await?,
        Some(Cursor { direction: Direction::Next, key }) => list_after(&mut tx, Some(key), limit).await?,
        None => list_after(&mut tx, None, limit).await?,
    };
    let count = if query.count { Some(count(&mut tx).await?) } else { None };
    tx.commit().await?;
    let key = |brand: &Brand| (brand.name.clone(), brand.id);
    let page = Page::from_rows(brands, query.page_size, cursor.as_ref(), key, &Links::new(&base, &uri));
    if_none_match.or(&Page { count, ..page })
}
