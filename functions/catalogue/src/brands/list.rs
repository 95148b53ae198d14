//! Lists brands: `GET /api/v1/catalogue/brands/`.

use axum::response::Response;
use shared::catalogue::Brand;
use shared::catalogue::store::brands::{count, list};
use shared::http::{ApiError, Page, PageQuery, PageRequest, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// List brands
///
/// Sorted by name. Follow `next` to get the following page.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/brands/",
    tag = "catalogue",
    operation_id = "list_brands",
    params(PageQuery),
    responses((status = 200, body = Page<Brand>, description = "A page of brands."), NotModified, PublicProblems)
)]
pub(crate) async fn list_brands(
    Reads(db): Reads,
    if_none_match: IfNoneMatch,
    request: PageRequest,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let page = request.read(&mut tx, list, count, |brand| (brand.name.clone(), brand.id)).await?;
    tx.commit().await?;
    if_none_match.respond(&page)
}
