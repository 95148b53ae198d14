//! Replaces or updates a brand: `PUT` and `PATCH /api/v1/catalogue/brands/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::store::brands::find_with_version;
use shared::catalogue::store::write::{BrandNames, lock_brand, lock_brand_names, rename_brand};
use shared::catalogue::{Brand, IdOrSlug};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems};

use crate::brands::create::{ReplaceBrand, UpdateBrand};
use crate::brands::errors::refused;
use crate::caching::IfNoneMatch;
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};

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
        IfMatch,
    ),
    request_body = ReplaceBrand,
    responses(
        (status = 200, body = Brand, description = "The brand after the change."),
        (status = 404, body = Problem, description = "There is no such brand."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_brand(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<ReplaceBrand>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body.into_update()).await
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
        IfMatch,
    ),
    request_body = UpdateBrand,
    responses(
        (status = 200, body = Brand, description = "The brand after the change."),
        (status = 404, body = Problem, description = "There is no such brand."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_brand(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<UpdateBrand>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body).await
}

async fn change(
    app: &App,
    editor: &Editor,
    request: &ChangeRequest<IdOrSlug>,
    ChangeBody(update, read_only): ChangeBody<UpdateBrand>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_brand_names(&mut tx).await?;
    let (before, version) = lock_brand(&mut tx, &request.id).await?.ok_or(ApiError::NotFound)?;
    request.if_match.allows(version)?;
    read_only.check(&before)?;
    let names = BrandNames { name: update.name.as_deref().unwrap_or(&before.name), slug: update.slug.as_deref() };
    rename_brand(&mut tx, &before, names).await?.map_err(refused)?;
    let (after, version) = find_with_version(&mut tx, &IdOrSlug::from(before.id)).await?.ok_or(ApiError::NotFound)?;
    editor
        .record(
            &mut tx,
            Kind::BrandChanged,
            json!({"brand_id": before.id, "name": after.name, "slug": after.slug}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    IfNoneMatch::none().respond_with_version(version, &after)
}
