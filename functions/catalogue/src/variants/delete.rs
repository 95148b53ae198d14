//! `DELETE /api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/`: away with a variant, or out of the shop where orders refer to it.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::write::{ProductEdit, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::VariantId;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::edit::{OpenProduct, answer};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::get::variant_of;

/// Delete a variant
///
/// One that orders refer to is archived instead; `is_archived: false` has it sold again.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "delete_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("variant_id" = VariantId, Path, description = "The variant's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that is to be deleted."),
    ),
    responses(
        (status = 200, body = ProductVariant, description = "Orders refer to it: it is archived."),
        (status = 204, description = "It is gone, and what there was of it is written off."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_product_variant(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(Two(product, variant)): PathId<Two<IdOrSlug, VariantId>>,
    if_match: IfMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    variant_of(&open.before, variant)?;
    let edit = ProductEdit { variants: VariantsEdit::Without(variant), ..ProductEdit::default() };
    let product = open.save(edit, FieldPath::Part).await?;
    match variant_of(&product, variant) {
        Ok(archived) => answer(StatusCode::OK, product.version, &archived),
        Err(_) => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}
