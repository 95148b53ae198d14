//! `PUT` and `PATCH /api/v1/catalogue/attributes/{id}/`: another name. Its values have URLs of their own.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::Attribute;
use shared::catalogue::store::attributes::find;
use shared::catalogue::store::write::{lock_attribute, rename_attribute};
use shared::http::{ApiError, Body, PathId, Problem, Requires, StaffProblems};
use shared::ids::AttributeId;
use shared::users::permissions;

use crate::attributes::body::refused;
use crate::attributes::create::{ReplaceAttribute, UpdateAttribute};
use crate::caching::IfNoneMatch;
use crate::if_match::IfMatch;

/// Replace an attribute
///
/// Its values stay.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "replace_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "The attribute."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = ReplaceAttribute,
    responses(
        (status = 200, body = Attribute, description = "The attribute as it is now."),
        (status = 404, body = Problem, description = "There is no such attribute."),
        (status = 412, body = Problem, description = "Somebody else has changed it or its values meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_attribute(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<AttributeId>,
    if_match: IfMatch,
    Body(replacement): Body<ReplaceAttribute>,
) -> Result<Response, ApiError> {
    change(&app, id, &if_match, replacement.into()).await
}

/// Change an attribute
///
/// It has the new name on every product at once.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/attributes/{id}/",
    tag = "catalogue",
    operation_id = "update_attribute",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id" = AttributeId, Path, description = "The attribute."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateAttribute,
    responses(
        (status = 200, body = Attribute, description = "The attribute as it is now."),
        (status = 404, body = Problem, description = "There is no such attribute."),
        (status = 412, body = Problem, description = "Somebody else has changed it or its values meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn update_attribute(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(id): PathId<AttributeId>,
    if_match: IfMatch,
    Body(patch): Body<UpdateAttribute>,
) -> Result<Response, ApiError> {
    change(&app, id, &if_match, patch).await
}

async fn change(app: &App, id: AttributeId, if_match: &IfMatch, patch: UpdateAttribute) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    let version = lock_attribute(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    if_match.allows(version)?;
    if let Some(name) = &patch.name {
        rename_attribute(&mut tx, id, name).await?.map_err(|because| refused(because, "value"))?;
    }
    let (after, version) = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    IfNoneMatch::nothing().or_version(version, &after)
}
