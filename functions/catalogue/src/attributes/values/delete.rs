//! `DELETE /api/v1/catalogue/attributes/{id}/values/{value_id}/`: away with a value that no variant has.

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
/// One that variants have stays.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "delete_attribute_value",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "The attribute."),
        ("value_id" = AttributeValueId, Path, description = "The value."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that is to be deleted."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, body = Problem, description = "The attribute has no such value."),
        (status = 409, body = Problem, description = "Variants have it."),
        (status = 412, body = Problem, description = "Somebody else has changed the attribute or its values meanwhile."),
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
