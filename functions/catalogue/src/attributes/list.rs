//! Lists attributes and their values: `GET /api/v1/catalogue/attributes/`.

use axum::response::Response;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::all;
use shared::http::{ApiError, Page, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// List attributes
///
/// Sorted by name, each with its values, in one page: `next` and `previous` are always null.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/attributes/",
    tag = "catalogue",
    operation_id = "list_attributes",
    responses((status = 200, body = Page<Attribute>, description = "All attributes with their values."), NotModified, PublicProblems)
)]
pub(crate) async fn list_attributes(Reads(db): Reads, if_none_match: IfNoneMatch) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let attributes = all(&mut tx).await?;
    tx.commit().await?;
    if_none_match.respond(&Page::single(attributes))
}
