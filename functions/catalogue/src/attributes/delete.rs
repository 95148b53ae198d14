//! Deletes an unused attribute: `DELETE /api/v1/catalogue/attributes/{id}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::store::write::{delete_attribute as delete, lock_attribute};
use shared::http::{ApiError, Editor, Problem, StaffProblems};
use shared::ids::AttributeId;

use crate::attributes::body::refused;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

/// Delete an attribute
///
/// Deletes its values too. An attribute with values that variants have is not deleted: give these variants other values first.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "delete_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        IfMatch,
    ),
    responses(
        (status = 204, description = "The attribute was deleted."),
        (status = 404, body = Problem, description = "There is no such attribute."),
        (status = 409, body = Problem, description = "Variants have a value of the attribute: `attribute_in_use`."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_attribute(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<AttributeId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let version = lock_attribute(&mut tx, request.id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    delete(&mut tx, request.id).await?.map_err(|reason| refused(reason, "value"))?;
    editor.record(&mut tx, Kind::AttributeDeleted, json!({"attribute_id": request.id}), app.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
