//! Deletes a brand: `DELETE /api/v1/catalogue/brands/{id_or_slug}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::write::{delete_brand as delete, lock_brand};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::brands::errors::refused;
use crate::if_match::IfMatch;

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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the brand that you want to delete; you get 412 if it has another one."),
    ),
    responses(
        (status = 204, description = "The brand was deleted."),
        (status = 404, body = Problem, description = "There is no such brand."),
        (status = 409, body = Problem, description = "The brand still has products."),
        (status = 412, body = Problem, description = "The brand has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_brand(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(brand): PathId<IdOrSlug>,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.db.begin().await?;
    let (before, version) = lock_brand(&mut tx, &brand).await?.ok_or(ApiError::NotFound)?;
    if_match.allows(version)?;
    delete(&mut tx, before.id).await?.map_err(refused)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
