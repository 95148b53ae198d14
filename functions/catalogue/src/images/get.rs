//! Lists and gets the images of a product: `GET /api/v1/catalogue/products/{id_or_slug}/images/` and `…/{image_id}/`.

use axum::response::Response;
use shared::catalogue::{IdOrSlug, Product, ProductImage};
use shared::http::{ApiError, Page, Problem, PublicProblems, Two};
use shared::ids::{ImageId, ProductId};

use crate::caching::{IfNoneMatch, NotModified};
use crate::products::get::product_path;
use crate::products::read_request::ReadRequest;
use crate::redirects::Moved;

/// List the images of a product
///
/// Returns all images in order, in one page: `next` and `previous` are always null.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/",
    tag = "catalogue",
    operation_id = "list_product_images",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the product.")),
    responses(
        (status = 200, body = Page<ProductImage>, description = "The images of the product."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn list_product_images(request: ReadRequest<IdOrSlug>) -> Result<Response, ApiError> {
    let images = |product: Product, if_none_match: IfNoneMatch| {
        if_none_match.respond_with_version(product.version, &Page::single(product.images))
    };
    request.respond_with_part(images).await
}

/// Get an image of a product
///
/// Returns the description of the image. The image file itself is at its `url`.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "get_product_image",
    security((), ("bearer" = []), ("api_key" = [])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
    ),
    responses(
        (status = 200, body = ProductImage, description = "The image. The `ETag` is that of the whole product."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such image, or its product is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product_image(request: ReadRequest<Two<IdOrSlug, ImageId>>) -> Result<Response, ApiError> {
    let (request, id) = request.split();
    let image = |product: Product, if_none_match: IfNoneMatch| {
        if_none_match.respond_with_version(product.version, image_of(&product, id)?)
    };
    request.respond_with_part(image).await
}

/// Returns the image of the product that has this id.
pub(crate) fn image_of(product: &Product, id: ImageId) -> Result<&ProductImage, ApiError> {
    product.images.iter().find(|image| image.id == id).ok_or(ApiError::NotFound)
}

/// Returns the path of an image in the API.
pub(crate) fn image_path(product: ProductId, image: ImageId) -> String {
    format!("{}images/{image}/", product_path(product))
}
