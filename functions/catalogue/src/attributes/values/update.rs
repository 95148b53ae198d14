//! Replaces or updates a value of an attribute: `PUT` and `PATCH /api/v1/catalogue/attributes/{id}/values/{value_id}/`.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::AttributeValue;
use shared::catalogue::store::attributes::find_value;
use shared::catalogue::store::write::{lock_attribute, move_value, rename_value};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems, Two};
use shared::ids::{AttributeId, AttributeValueId};

use crate::attributes::body::refused;
use crate::attributes::values::create::{ReplaceAttributeValue, UpdateAttributeValue};
use crate::caching::IfNoneMatch;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

/// Replace a value of an attribute
///
/// All variants with the value show the new text at once; the names of the variants stay as they are.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "replace_attribute_value",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        ("value_id" = AttributeValueId, Path, description = "Id of the value."),
        IfMatch,
    ),
    request_body = ReplaceAttributeValue,
    responses(
        (status = 200, body = AttributeValue, description = "The value after the change."),
        (status = 404, body = Problem, description = "The attribute has no such value."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_attribute_value(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<AttributeId, AttributeValueId>>,
    body: ChangeBody<ReplaceAttributeValue>,
) -> Result<Response, ApiError> {
    change(&app, &editor, request, body.into_update()).await
}

/// Update a value of an attribute
///
/// All variants with the value show the new text at once; the names of the variants stay as they are.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/attributes/{id}/values/{value_id}/",
    tag = "catalogue",
    operation_id = "update_attribute_value",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        ("value_id" = AttributeValueId, Path, description = "Id of the value."),
        IfMatch,
    ),
    request_body = UpdateAttributeValue,
    responses(
        (status = 200, body = AttributeValue, description = "The value after the change."),
        (status = 404, body = Problem, description = "The attribute has no such value."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_attribute_value(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<AttributeId, AttributeValueId>>,
    body: ChangeBody<UpdateAttributeValue>,
) -> Result<Response, ApiError> {
    change(&app, &editor, request, body).await
}

async fn change(
    app: &App,
    editor: &Editor,
    request: ChangeRequest<Two<AttributeId, AttributeValueId>>,
    ChangeBody(update, read_only): ChangeBody<UpdateAttributeValue>,
) -> Result<Response, ApiError> {
    let (request, id) = request.split();
    let attribute = request.id;
    let mut tx = app.db.begin().await?;
    lock_attribute(&mut tx, attribute).await?.ok_or(ApiError::NotFound)?;
    let (before, version) = find_value(&mut tx, attribute, id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    read_only.check(&before)?;
    if let Some(value) = update.value.filter(|value| *value != before.value) {
        let renamed = rename_value(&mut tx, attribute, id, &value).await?;
        renamed.map_err(|reason| refused(reason, "value"))?;
    }
    if let Some(position) = update.position {
        move_value(&mut tx, attribute, id, position).await?;
    }
    let (after, version) = find_value(&mut tx, attribute, id).await?.ok_or(ApiError::NotFound)?;
    editor
        .record(
            &mut tx,
            Kind::AttributeValueChanged,
            json!({"attribute_id": attribute, "value_id": id, "value": after.value}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    IfNoneMatch::none().respond_with_version(version, &after)
}
