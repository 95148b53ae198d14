//! Gets an attribute: `GET /api/v1/catalogue/attributes/{id}/`.

use axum::response::Response;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::find;
use shared::http::{ApiError, PathId, Problem, PublicProblems};
use shared::ids::AttributeId;

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// Get an attribute
///
/// Returns the attribute with its values, in order.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "get_attribute",
    params(("id" = AttributeId, Path, description = "Id of the attribute.")),
    responses(
        (status = 200, body = Attribute, description = "The attribute with this id."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such attribute."),
        PublicProblems,
    )
)]
pub(crate) async fn get_attribute(
    Reads(db): Reads,
    if_none_match: IfNoneMatch,
    PathId(id): PathId<AttributeId>,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let attribute = find(&mut tx, id).await?;
    tx.commit().await?;
    let (attribute, version) = attribute.ok_or(ApiError::NotFound)?;
    if_none_match.respond_with_version(version, &attribute)
}

/// Returns the path of an attribute in the API.
pub(crate) fn attribute_path(id: AttributeId) -> String {
    format!("/api/v1/catalogue/attributes/{id}/")
}
