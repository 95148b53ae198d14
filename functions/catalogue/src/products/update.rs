//! Replaces or updates a product: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::body::{ReplaceProduct, UpdateProduct};
use crate::products::edit::{OpenProduct, answer};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Replace a product
///
/// Replaces its variants and images too. A variant is found by its `id` or its `sku`. Variants that you leave out are deleted, or archived
/// if orders refer to them; an archived variant in the list is sold again. The stock of existing variants stays as it is.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = ReplaceProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(replacement): Body<ReplaceProduct>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, &base, replacement.into()).await
}

/// Update a product
///
/// Fields that you leave out stay as they are. If you send `variants` or `images`, send all of them: the list replaces the old one.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = UpdateProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn update_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(patch): Body<UpdateProduct>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, &base, patch).await
}

async fn write(open: OpenProduct, base: &BaseUrl, patch: UpdateProduct) -> Result<Response, ApiError> {
    let product = open.save(patch.edit(base), FieldPath::Product).await?;
    answer(StatusCode::OK, product.version, &product.with_base_url(&base.0))
}
