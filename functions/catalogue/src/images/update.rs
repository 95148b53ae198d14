//! Replaces or updates an image: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/images/{image_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::write::{ImageEdit, ImageTarget, ImagesEdit, ProductEdit};
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::ImageId;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::images::body::{CreateImage, UpdateImage};
use crate::images::get::image_of;
use crate::products::edit::{OpenProduct, answer};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Replace an image of a product
///
/// The image keeps its position if you leave out `display_order`.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "replace_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = CreateImage,
    responses(
        (status = 200, body = ProductImage, description = "The image after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
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
    let edit = replacement.edit(ImageTarget::Id(image), &base);
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, &base, image, edit).await
}

/// Update an image of a product
///
/// Fields that you leave out stay as they are.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "update_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = UpdateImage,
    responses(
        (status = 200, body = ProductImage, description = "The image after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
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
    let edit = patch.edit(ImageTarget::Id(image), &base);
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, &base, image, edit).await
}

async fn write(open: OpenProduct, base: &BaseUrl, id: ImageId, edit: ImageEdit) -> Result<Response, ApiError> {
    image_of(&open.before, id)?;
    let edit = ProductEdit { images: ImagesEdit::One(edit), ..ProductEdit::default() };
    let product = open.save(edit, FieldPath::Part).await?.with_base_url(&base.0);
    answer(StatusCode::OK, product.version, image_of(&product, id)?)
}
