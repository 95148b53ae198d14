//! Replaces or updates a brand: `PUT` and `PATCH /api/v1/catalogue/brands/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::store::brands::find_with_version;
use shared::catalogue::store::write::{BrandNames, lock_brand, lock_brand_names, rename_brand};
use shared::catalogue::{Brand, IdOrSlug};
use shared::http::{ApiError, Body, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::brands::create::{ReplaceBrand, UpdateBrand};
use crate::brands::errors::refused;
use crate::caching::IfNoneMatch;
use crate::if_match::IfMatch;

/// Replace a brand
///
/// The slug stays as it is if you leave it out. Search finds the brand's products by the new name.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/brands/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the brand."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the brand that your change is based on; you get 412 if it has another one."),
    ),
    request_body = ReplaceBrand,
    responses(
        (status = 200, body = Brand, description = "The brand after the change."),
        (status = 404, body = Problem, description = "There is no such brand."),
        (status = 412, body = Problem, description = "The brand has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_brand(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(brand): PathId<IdOrSlug>,
    if_match: IfMatch,
    Body(replacement): Body<ReplaceBrand>,
) -> Result<Response, ApiError> {
    change(&app, &brand, &if_match, replacement.into()).await
}

/// Update a brand
///
/// Fields that you leave out stay as they are. Search finds the brand's products by the new name.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/brands/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_brand",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the brand."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the brand that your change is based on; you get 412 if it has another one."),
    ),
    request_body = UpdateBrand,
    responses(
        (status = 200, body = Brand, description = "The brand after the change."),
        (status = 404, body = Problem, description = "There is no such brand."),
        (status = 412, body = Problem, description = "The brand has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn update_brand(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(brand): PathId<IdOrSlug>,
    if_match: IfMatch,
    Body(patch): Body<UpdateBrand>,
) -> Result<Response, ApiError> {
    change(&app, &brand, &if_match, patch).await
}

async fn change(app: &App, brand: &IdOrSlug, if_match: &IfMatch, patch: UpdateBrand) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_brand_names(&mut tx).await?;
    let (before, version) = lock_brand(&mut tx, brand).await?.ok_or(ApiError::NotFound)?;
    if_match.allows(version)?;
    let names = BrandNames {
        name: patch.name.as_deref().unwrap_or(&before.name),
        slug: patch.slug.as_deref().unwrap_or(&before.slug),
    };
    rename_brand(&mut tx, &before, names).await?.map_err(refused)?;
    let (after, version) = find_with_version(&mut tx, &IdOrSlug::from(before.id)).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    IfNoneMatch::nothing().or_version(version, &after)
}
