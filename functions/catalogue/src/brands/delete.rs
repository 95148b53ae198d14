//! Deletes a brand: `DELETE /api/v1/catalogue/brands/{id_or_slug}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::write::{delete_brand as delete, lock_brand};
use shared::http::{ApiError, Editor, Problem, StaffProblems};

use crate::brands::errors::refused;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

/// Delete a brand
///
/// A brand with products, drafts and archived ones included, is not deleted: give the products another brand first.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/brands/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the brand."),
        IfMatch,
    ),
    responses(
        (status = 204, description = "The brand was deleted."),
        (status = 404, body = Problem, description = "There is no such brand."),
        (status = 409, body = Problem, description = "The brand still has products: `brand_not_empty`."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_brand(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let (before, version) = lock_brand(&mut tx, &request.id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    delete(&mut tx, before.id).await?.map_err(refused)?;
    editor
        .record(&mut tx, Kind::BrandDeleted, json!({"brand_id": before.id, "name": before.name}), app.clock.now())
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
