//! Gets a value of an attribute: `GET /api/v1/catalogue/attributes/{id}/values/{value_id}/`.

use axum::response::Response;
use shared::catalogue::AttributeValue;
use shared::catalogue::store::attributes::find_value;
use shared::http::{ApiError, PathId, Problem, PublicProblems, Two};
use shared::ids::{AttributeId, AttributeValueId};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// Get a value of an attribute
///
/// The `ETag` is the version of the whole attribute, which also changes with its other values.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "get_attribute_value",
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        ("value_id" = AttributeValueId, Path, description = "Id of the value."),
    ),
    responses(
        (status = 200, body = AttributeValue, description = "The value. The `ETag` is that of the attribute."),
        NotModified,
        (status = 404, body = Problem, description = "The attribute has no such value."),
        PublicProblems,
    )
)]
pub(crate) async fn get_attribute_value(
    Reads(db): Reads,
    if_none_match: IfNoneMatch,
    PathId(Two(attribute, id)): PathId<Two<AttributeId, AttributeValueId>>,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let value = find_value(&mut tx, attribute, id).await?;
    tx.commit().await?;
    let (value, version) = value.ok_or(ApiError::NotFound)?;
    if_none_match.respond_with_version(version, &value)
}

/// Returns the path of a value in the API.
pub(crate) fn attribute_value_path(attribute: AttributeId, id: AttributeValueId) -> String {
    format!("/api/v1/catalogue/attributes/{attribute}/values/{id}/")
}
