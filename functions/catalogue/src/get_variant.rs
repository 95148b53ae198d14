//! `GET /api/v1/catalogue/products/{id_or_slug}/variants/` and `…/{variant_id}/`: the variants of a product, and one of them.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::store::product::find;
use shared::catalogue::{IdOrSlug, Product, ProductVariant};
use shared::http::{ApiError, Page, PathId, Problem, PublicProblems, Two};
use shared::ids::{ProductId, VariantId};

use crate::cached::{NotModified, Seen};
use crate::get_product::product_path;
use crate::viewer::Viewer;

/// List the variants of a product, in order
///
/// In one page: `next` and `previous` are always null. Whoever may change the catalogue also sees those that are archived.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/",
    tag = "catalogue",
    operation_id = "list_product_variants",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "The product's id or slug.")),
    responses(
        (status = 200, body = Page<ProductVariant>, description = "The variants."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn list_product_variants(
    State(app): State<App>,
    viewer: Viewer,
    seen: Seen,
    PathId(product): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let product = read(&app, viewer, &product).await?;
    let page = Page { count: None, next: None, previous: None, results: product.variants };
    viewer.answer(seen.or_version(product.version, &page)?)
}

/// Read a variant
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "get_product_variant",
    security((), ("bearer" = []), ("api_key" = [])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("variant_id" = VariantId, Path, description = "The variant's id."),
    ),
    responses(
        (status = 200, body = ProductVariant, description = "The variant. Its `ETag` is that of a state of the whole product."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such variant, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product_variant(
    State(app): State<App>,
    viewer: Viewer,
    seen: Seen,
    PathId(Two(product, variant)): PathId<Two<IdOrSlug, VariantId>>,
) -> Result<Response, ApiError> {
    let product = read(&app, viewer, &product).await?;
    viewer.answer(seen.or_version(product.version, &variant_of(&product, variant)?)?)
}

/// A product, as far as this one may see it.
pub(crate) async fn read(app: &App, viewer: Viewer, product: &IdOrSlug) -> Result<Product, ApiError> {
    let mut tx = app.db.read().await?;
    let product = find(&mut tx, product, viewer.sight).await?;
    tx.commit().await?;
    product.ok_or(ApiError::NotFound)
}

/// One variant of it.
pub(crate) fn variant_of(product: &Product, id: VariantId) -> Result<ProductVariant, ApiError> {
    product.variants.iter().find(|variant| variant.id == id).cloned().ok_or(ApiError::NotFound)
}

/// Where a variant is.
pub(crate) fn variant_path(product: ProductId, variant: VariantId) -> String {
    format!("{}variants/{variant}/", product_path(product))
}
