//! Lists attributes and their values: `GET /api/v1/catalogue/attributes/`.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::all;
use shared::http::{ApiError, Page, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};

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
pub(crate) async fn list_attributes(State(app): State<App>, if_none_match: IfNoneMatch) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let attributes = all(&mut tx).await?;
    tx.commit().await?;
    if_none_match.respond(&Page::single(attributes))
}
