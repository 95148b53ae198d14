//! Lists and gets the variants of a product: `GET /api/v1/catalogue/products/{id_or_slug}/variants/` and `…/{variant_id}/`.

use axum::response::Response;
use shared::catalogue::{IdOrSlug, Product, ProductVariant};
use shared::http::{ApiError, Page, Problem, PublicProblems, Two};
use shared::ids::{ProductId, VariantId};

use crate::caching::{IfNoneMatch, NotModified};
use crate::products::get::product_path;
use crate::products::read_request::ReadRequest;
use crate::redirects::Moved;

/// List the variants of a product
///
/// Returns all variants in order, in one page: `next` and `previous` are always null. Staff who may change the catalogue also see archived
/// variants.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/",
    tag = "catalogue",
    operation_id = "list_product_variants",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the product.")),
    responses(
        (status = 200, body = Page<ProductVariant>, description = "The variants of the product."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn list_product_variants(request: ReadRequest<IdOrSlug>) -> Result<Response, ApiError> {
    let variants = |product: Product, if_none_match: IfNoneMatch| {
        if_none_match.respond_with_version(product.version, &Page::single(product.variants))
    };
    request.respond_with_part(variants).await
}

/// Get a variant of a product
///
/// Returns the variant with its price, its stock and its attribute values. Staff who may change the catalogue also see archived variants.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "get_product_variant",
    security((), ("bearer" = []), ("api_key" = [])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("variant_id" = VariantId, Path, description = "Id of the variant."),
    ),
    responses(
        (status = 200, body = ProductVariant, description = "The variant. The `ETag` is that of the whole product."),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such variant, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product_variant(request: ReadRequest<Two<IdOrSlug, VariantId>>) -> Result<Response, ApiError> {
    let (request, id) = request.split();
    let variant = |product: Product, if_none_match: IfNoneMatch| {
        if_none_match.respond_with_version(product.version, &variant_of(&product, id)?)
    };
    request.respond_with_part(variant).await
}

/// Returns the variant of the product that has this id.
pub(crate) fn variant_of(product: &Product, id: VariantId) -> Result<ProductVariant, ApiError> {
    product.variants.iter().find(|variant| variant.id == id).cloned().ok_or(ApiError::NotFound)
}

/// Returns the path of a variant in the API.
pub(crate) fn variant_path(product: ProductId, variant: VariantId) -> String {
    format!("{}variants/{variant}/", product_path(product))
}
