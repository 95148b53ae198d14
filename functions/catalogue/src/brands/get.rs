//! Gets a brand: `GET /api/v1/catalogue/brands/{id_or_slug}/`.

use axum::response::Response;
use shared::catalogue::store::brands::find_with_version;
use shared::catalogue::{Brand, IdOrSlug};
use shared::http::{ApiError, PathId, Problem, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified};
use crate::reads::Reads;

/// Get a brand
///
/// Finds the brand by its id or by its current slug.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/brands/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_brand",
    params(("id_or_slug" = String, Path, description = "Id or slug of the brand.")),
    responses(
        (status = 200, body = Brand, description = "The brand with this id or slug."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such brand."),
        PublicProblems,
    )
)]
pub(crate) async fn get_brand(
    Reads(db): Reads,
    if_none_match: IfNoneMatch,
    PathId(brand): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = db.read().await?;
    let brand = find_with_version(&mut tx, &brand).await?;
    tx.commit().await?;
    let (brand, version) = brand.ok_or(ApiError::NotFound)?;
    if_none_match.respond_with_version(version, &brand)
}

/// Returns the path of a brand in the API.
pub(crate) fn brand_path(id_or_slug: impl std::fmt::Display) -> String {
    format!("/api/v1/catalogue/brands/{id_or_slug}/")
}
