//! `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/`: another state of a product.

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
/// With its variants and images. A variant is known by its `id` or its `sku`. One that is not named is deleted, or archived where orders
/// refer to it; one that was archived is sold again when it is named. What is in stock stays as it is.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = ReplaceProduct,
    responses(
        (status = 200, body = Product, description = "The product as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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

/// Change a product
///
/// What is not sent stays. `variants` and `images` are all of them, where they are sent.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateProduct,
    responses(
        (status = 200, body = Product, description = "The product as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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
