//! Deletes a variant, or archives it if orders or carts refer to it: `DELETE /api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::write::{ProductEdit, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, Editor, Problem, StaffProblems, Two};
use shared::ids::VariantId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::get::variant_of;

/// Delete a variant
///
/// A variant that orders or carts refer to is archived instead: it stays in the carts as a line that cannot be ordered. Update it with
/// `is_archived: false` to sell it again.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "delete_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("variant_id" = VariantId, Path, description = "Id of the variant."),
        IfMatch,
    ),
    responses(
        (status = 200, body = ProductVariant, description = "Orders or carts refer to the variant, so it was archived."),
        (status = 204, description = "The variant was deleted, and its stock was written off."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_product_variant(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, VariantId>>,
) -> Result<Response, ApiError> {
    let (request, variant) = request.split();
    let open = OpenProduct::open(&app, editor, &request).await?;
    variant_of(&open.before, variant)?;
    let edit = ProductEdit { variants: VariantsEdit::Without(variant), ..ProductEdit::default() };
    let saved = open.write(edit, FieldPath::Part).await?;
    let archived = variant_of(&saved.product, variant);
    let kind = if archived.is_ok() { Kind::VariantArchived } else { Kind::VariantDeleted };
    let product = saved.commit(AuditLine::of_variant(kind, variant)).await?;
    match archived {
        Ok(archived) => respond(StatusCode::OK, product.version, &archived),
        Err(_) => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}
