//! Replaces or updates a product: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::app::App;
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, Body, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::body::{ReplaceProduct, UpdateProduct};
use crate::products::edit::{OpenProduct, respond};
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
        IfMatch,
    ),
    request_body = ReplaceProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    request: ChangeRequest<IdOrSlug>,
    Body(replacement): Body<ReplaceProduct>,
) -> Result<Response, ApiError> {
    change(&app, &request, replacement.into()).await
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
        IfMatch,
    ),
    request_body = UpdateProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    request: ChangeRequest<IdOrSlug>,
    Body(update): Body<UpdateProduct>,
) -> Result<Response, ApiError> {
    change(&app, &request, update).await
}

async fn change(app: &App, request: &ChangeRequest<IdOrSlug>, update: UpdateProduct) -> Result<Response, ApiError> {
    let open = OpenProduct::open(app, request).await?;
    let product = open.save(update.edit(&request.base), FieldPath::Product).await?;
    respond(StatusCode::OK, product.version, &product.with_base_url(&request.base.0))
}
