//! `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/`: another state of a variant.

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
/// Values, name, place and whether it is the default stay as they are, if they are not said; and what is in stock always does.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "replace_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("variant_id" = VariantId, Path, description = "The variant's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = CreateVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
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

/// Change a variant
///
/// What is not sent stays.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "update_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("variant_id" = VariantId, Path, description = "The variant's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
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
