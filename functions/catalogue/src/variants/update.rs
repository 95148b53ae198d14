//! Replaces or updates a variant: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::write::{ProductEdit, VariantTarget, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, Body, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::VariantId;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::edit::{OpenProduct, answer};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::body::{CreateVariant, UpdateVariant};
use crate::variants::get::variant_of;

/// Replace a variant
///
/// Values, name, position and `is_default` stay as they are if you leave them out. The stock always stays as it is.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "replace_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("variant_id" = VariantId, Path, description = "Id of the variant."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = CreateVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_product_variant(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(Two(product, variant)): PathId<Two<IdOrSlug, VariantId>>,
    if_match: IfMatch,
    uri: Uri,
    Body(replacement): Body<CreateVariant>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, variant, replacement.into()).await
}

/// Update a variant
///
/// Fields that you leave out stay as they are.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "update_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("variant_id" = VariantId, Path, description = "Id of the variant."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = UpdateVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn update_product_variant(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(Two(product, variant)): PathId<Two<IdOrSlug, VariantId>>,
    if_match: IfMatch,
    uri: Uri,
    Body(patch): Body<UpdateVariant>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    write(open, variant, patch).await
}

async fn write(open: OpenProduct, id: VariantId, patch: UpdateVariant) -> Result<Response, ApiError> {
    variant_of(&open.before, id)?;
    let variants = VariantsEdit::Some(vec![patch.edit(VariantTarget::Id(id))]);
    let product = open.save(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part).await?;
    answer(StatusCode::OK, product.version, &variant_of(&product, id)?)
}
