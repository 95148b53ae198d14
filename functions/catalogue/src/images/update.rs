//! `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/images/{image_id}/`: another address, text, place or variant of an image.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::ImageId;
use shared::patch::Patch;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::images::body::{CreateImage, UpdateImage};
use crate::images::get::image_of;
use crate::images::write::{variant_of, write_one};
use crate::products::edit::{ProductChange, Said, answer};
use crate::redirects::PermanentRedirect;

/// Replace an image
///
/// It stays in its place, if none is said.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "replace_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("image_id" = ImageId, Path, description = "The image's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = CreateImage,
    responses(
        (status = 200, body = ProductImage, description = "The image as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_product_image(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(Two(product, image)): PathId<Two<IdOrSlug, ImageId>>,
    if_match: IfMatch,
    uri: Uri,
    Body(replacement): Body<CreateImage>,
) -> Result<Response, ApiError> {
    let change = ProductChange::begin(&app, &product, &uri, &if_match, Said::Alone).await?;
    let variant = variant_of(&change, &replacement).map_err(|(field, message)| ApiError::field(field, message))?;
    let patch = UpdateImage { product_variant_id: Patch::replace(variant), ..replacement.into() };
    write(change, &base, image, patch).await
}

/// Change an image
///
/// What is not sent stays.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "update_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("image_id" = ImageId, Path, description = "The image's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateImage,
    responses(
        (status = 200, body = ProductImage, description = "The image as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn update_product_image(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(Two(product, image)): PathId<Two<IdOrSlug, ImageId>>,
    if_match: IfMatch,
    uri: Uri,
    Body(patch): Body<UpdateImage>,
) -> Result<Response, ApiError> {
    let change = ProductChange::begin(&app, &product, &uri, &if_match, Said::Alone).await?;
    write(change, &base, image, patch).await
}

async fn write(
    mut change: ProductChange,
    base: &BaseUrl,
    id: ImageId,
    patch: UpdateImage,
) -> Result<Response, ApiError> {
    write_one(&mut change, base, id, patch).await?;
    let product = change.finish().await?.with_base_url(&base.0);
    answer(StatusCode::OK, product.version, image_of(&product, id)?)
}
