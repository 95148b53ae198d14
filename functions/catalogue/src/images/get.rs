//! Lists and gets the images of a product: `GET /api/v1/catalogue/products/{id_or_slug}/images/` and `…/{image_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::{IdOrSlug, Product, ProductImage};
use shared::http::{ApiError, BaseUrl, Page, PathId, Problem, PublicProblems, Two};
use shared::ids::{ImageId, ProductId};

use crate::caching::{IfNoneMatch, NotModified};
use crate::products::get::product_path;
use crate::reader::CatalogueReader;
use crate::redirects::Moved;
use crate::variants::get::show;

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
pub(crate) async fn list_product_images(
    State(app): State<App>,
    viewer: CatalogueReader,
    base: BaseUrl,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(product): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    show(&app, viewer, &product, &uri, |product| {
        let product = product.with_base_url(&base.0);
        let page = Page::single(product.images);
        if_none_match.or_version(product.version, &page)
    })
    .await
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
pub(crate) async fn get_product_image(
    State(app): State<App>,
    viewer: CatalogueReader,
    base: BaseUrl,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(Two(product, image)): PathId<Two<IdOrSlug, ImageId>>,
) -> Result<Response, ApiError> {
    show(&app, viewer, &product, &uri, |product| {
        let product = product.with_base_url(&base.0);
        if_none_match.or_version(product.version, image_of(&product, image)?)
    })
    .await
}

/// Returns the image of the product that has this id.
pub(crate) fn image_of(product: &Product, id: ImageId) -> Result<&ProductImage, ApiError> {
    product.images.iter().find(|image| image.id == id).ok_or(ApiError::NotFound)
}

/// Returns the path of an image in the API.
pub(crate) fn image_path(product: ProductId, image: ImageId) -> String {
    format!("{}images/{image}/", product_path(product))
}
