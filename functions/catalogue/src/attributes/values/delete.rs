//! Deletes an unused value of an attribute: `DELETE /api/v1/catalogue/attributes/{id}/values/{value_id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::catalogue::store::attributes::find_value;
use shared::catalogue::store::write::{delete_value, lock_attribute};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::{AttributeId, AttributeValueId};
use shared::users::permissions;

use crate::attributes::body::refused;
use crate::if_match::IfMatch;

/// Delete a value of an attribute
///
/// A value that variants have is not deleted: give these variants another value first.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "delete_attribute_value",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        ("value_id" = AttributeValueId, Path, description = "Id of the value."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the attribute that your change is based on; you get 412 if it has another one."),
    ),
    responses(
        (status = 204, description = "The value was deleted."),
        (status = 404, body = Problem, description = "The attribute has no such value."),
        (status = 409, body = Problem, description = "Variants have the value."),
        (status = 412, body = Problem, description = "The attribute or one of its values has changed: the `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_attribute_value(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(Two(attribute, id)): PathId<Two<AttributeId, AttributeValueId>>,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_attribute(&mut tx, attribute).await?.ok_or(ApiError::NotFound)?;
    let (_, version) = find_value(&mut tx, attribute, id).await?.ok_or(ApiError::NotFound)?;
    if_match.allows(version)?;
    delete_value(&mut tx, attribute, id).await?.map_err(|because| refused(because, "value"))?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
