//! Replaces or updates an attribute: `PUT` and `PATCH /api/v1/catalogue/attributes/{id}/`. Its values have their own URLs.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::find;
use shared::catalogue::store::write::{lock_attribute, rename_attribute};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems};
use shared::ids::AttributeId;

use crate::attributes::body::refused;
use crate::attributes::create::{ReplaceAttribute, UpdateAttribute};
use crate::caching::IfNoneMatch;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

/// Replace an attribute
///
/// The values of the attribute stay as they are; they have their own URLs.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "replace_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        IfMatch,
    ),
    request_body = ReplaceAttribute,
    responses(
        (status = 200, body = Attribute, description = "The attribute after the change."),
        (status = 404, body = Problem, description = "There is no such attribute."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_attribute(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<AttributeId>,
    body: ChangeBody<ReplaceAttribute>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body.into_update()).await
}

/// Update an attribute
///
/// All products with the attribute show the new name at once.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "update_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "Id of the attribute."),
        IfMatch,
    ),
    request_body = UpdateAttribute,
    responses(
        (status = 200, body = Attribute, description = "The attribute after the change."),
        (status = 404, body = Problem, description = "There is no such attribute."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_attribute(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<AttributeId>,
    body: ChangeBody<UpdateAttribute>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body).await
}

async fn change(
    app: &App,
    editor: &Editor,
    request: &ChangeRequest<AttributeId>,
    ChangeBody(update, read_only): ChangeBody<UpdateAttribute>,
) -> Result<Response, ApiError> {
    let id = request.id;
    let mut tx = app.db.begin().await?;
    let version = lock_attribute(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    if let Some(name) = &update.name {
        rename_attribute(&mut tx, id, name).await?.map_err(|reason| refused(reason, "value"))?;
    }
    let (after, version) = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    // A change of the name changes none of these.
    read_only.check(&after)?;
    editor
        .record(&mut tx, Kind::AttributeChanged, json!({"attribute_id": id, "name": after.name}), app.clock.now())
        .await?;
    tx.commit().await?;
    IfNoneMatch::none().respond_with_version(version, &after)
}
