//! Deletes an unused value of an attribute: `DELETE /api/v1/catalogue/attributes/{id}/values/{value_id}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::store::attributes::find_value;
use shared::catalogue::store::write::{delete_value, lock_attribute};
use shared::http::{ApiError, Editor, Problem, StaffProblems, Two};
use shared::ids::{AttributeId, AttributeValueId};

use crate::attributes::body::refused;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

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
        IfMatch,
    ),
    responses(
        (status = 204, description = "The value was deleted."),
        (status = 404, body = Problem, description = "The attribute has no such value."),
        (status = 409, body = Problem, description = "Variants have the value: `attribute_in_use`."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_attribute_value(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<AttributeId, AttributeValueId>>,
) -> Result<StatusCode, ApiError> {
    let (request, id) = request.split();
    let attribute = request.id;
    let mut tx = app.db.begin().await?;
    lock_attribute(&mut tx, attribute).await?.ok_or(ApiError::NotFound)?;
    let (before, version) = find_value(&mut tx, attribute, id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    delete_value(&mut tx, attribute, id).await?.map_err(|reason| refused(reason, "value"))?;
    editor
        .record(
            &mut tx,
            Kind::AttributeValueDeleted,
            json!({"attribute_id": attribute, "value_id": id, "value": before.value}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
