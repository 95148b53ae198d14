//! `DELETE /api/v1/catalogue/brands/{id_or_slug}/`: away with a brand that has no products.

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
/// One that has products stays, drafts and archived ones included.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/brands/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The brand's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that is to be deleted."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, body = Problem, description = "There is no such brand."),
        (status = 409, body = Problem, description = "It has products."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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
