//! Gets a product: `GET /api/v1/catalogue/products/{id_or_slug}/`.

use axum::response::Response;
use shared::catalogue::store::product::read;
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, Problem, PublicProblems};

use crate::caching::{NotModified, last_modified};
use crate::products::read_request::ReadRequest;
use crate::redirects::{Moved, moved_product};

/// Get a product
///
/// Returns the product with its description, images, variants and their stock. Staff who may change the catalogue also see products that
/// are not for sale.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_product",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the product.")),
    responses(
        (status = 200, body = Product, description = "The product with this id or slug.", headers(
            ("ETag" = String, description = "Version to send as `If-None-Match` when you get the product again, or as `If-Match` with your next change."),
            ("Last-Modified" = String, description = "Time of the last change by staff, for information only: sales change the `ETag` but not this time."),
            ("Cache-Control" = String, description = "Time for which you may cache the response."),
            ("Vary" = String, description = "`Authorization`, because staff see more than others."),
        )),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product(request: ReadRequest<IdOrSlug>) -> Result<Response, ApiError> {
    let Some(product) = read(&request.reader.db, &request.id, request.reader.visibility).await? else {
        return moved_product(request.reader.db.read().await?, &request).await;
    };
    let (version, updated_at) = (product.version, product.updated_at);
    let response = request.if_none_match.respond_with_version(version, &product.with_base_url(&request.base.0))?;
    Ok(request.reader.mark(last_modified(response, updated_at)?))
}

/// Returns the path of a product in the API.
pub(crate) fn product_path(id_or_slug: impl std::fmt::Display) -> String {
    format!("/api/v1/catalogue/products/{id_or_slug}/")
}
