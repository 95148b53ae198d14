//! Lists and gets the variants of a product: `GET /api/v1/catalogue/products/{id_or_slug}/variants/` and `…/{variant_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::product::{find, renamed_from};
use shared::catalogue::{IdOrSlug, Product, ProductVariant};
use shared::http::{ApiError, Page, PathId, Problem, PublicProblems, Two};
use shared::ids::{ProductId, VariantId};

use crate::caching::{IfNoneMatch, NotModified, moved_to};
use crate::products::get::product_path;
use crate::reader::CatalogueReader;
use crate::redirects::{Moved, under};

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
pub(crate) async fn list_product_variants(
    State(app): State<App>,
    viewer: CatalogueReader,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(product): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    show(&app, viewer, &product, &uri, |product| {
        let page = Page::single(product.variants);
        if_none_match.or_version(product.version, &page)
    })
    .await
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
pub(crate) async fn get_product_variant(
    State(app): State<App>,
    viewer: CatalogueReader,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(Two(product, variant)): PathId<Two<IdOrSlug, VariantId>>,
) -> Result<Response, ApiError> {
    show(&app, viewer, &product, &uri, |product| {
        if_none_match.or_version(product.version, &variant_of(&product, variant)?)
    })
    .await
}

/// Responds with a part of a product that the reader may see, or redirects to its new slug.
pub(crate) async fn show(
    app: &App,
    viewer: CatalogueReader,
    product: &IdOrSlug,
    asked: &Uri,
    part: impl FnOnce(Product) -> Result<Response, ApiError>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let found = find(&mut tx, product, viewer.sight).await?;
    let renamed = if found.is_none() { renamed_from(&mut tx, &product.slug, viewer.sight).await? } else { None };
    tx.commit().await?;
    match (found, renamed) {
        (Some(product), _) => viewer.answer(part(product)?),
        (None, Some(slug)) => viewer.answer(moved_to(&under(&slug, asked))),
        (None, None) => Err(ApiError::NotFound),
    }
}

/// Returns the variant of the product that has this id.
pub(crate) fn variant_of(product: &Product, id: VariantId) -> Result<ProductVariant, ApiError> {
    product.variants.iter().find(|variant| variant.id == id).cloned().ok_or(ApiError::NotFound)
}

/// Returns the path of a variant in the API.
pub(crate) fn variant_path(product: ProductId, variant: VariantId) -> String {
    format!("{}variants/{variant}/", product_path(product))
}
