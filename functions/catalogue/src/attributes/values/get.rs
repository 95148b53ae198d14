//! `GET /api/v1/catalogue/attributes/{id}/values/{value_id}/`: one value of an attribute.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::AttributeValue;
use shared::catalogue::store::attributes::find_value;
use shared::http::{ApiError, PathId, Problem, PublicProblems, Two};
use shared::ids::{AttributeId, AttributeValueId};

use crate::caching::{IfNoneMatch, NotModified};

/// Read a value of an attribute
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "get_attribute_value",
    params(
        ("id" = AttributeId, Path, description = "The attribute."),
        ("value_id" = AttributeValueId, Path, description = "The value."),
    ),
    responses(
        (status = 200, body = AttributeValue, description = "The value. Its `ETag` is that of the attribute's version."),
        NotModified,
        (status = 404, body = Problem, description = "The attribute has no such value."),
        PublicProblems,
    )
)]
pub(crate) async fn get_attribute_value(
    State(app): State<App>,
    if_none_match: IfNoneMatch,
    PathId(Two(attribute, id)): PathId<Two<AttributeId, AttributeValueId>>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let value = find_value(&mut tx, attribute, id).await?;
    tx.commit().await?;
    let (value, version) = value.ok_or(ApiError::NotFound)?;
    if_none_match.or_version(version, &value)
}

/// Where a value is.
pub(crate) fn attribute_value_path(attribute: AttributeId, id: AttributeValueId) -> String {
    format!("/api/v1/catalogue/attributes/{attribute}/values/{id}/")
}
