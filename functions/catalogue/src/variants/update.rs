//! Replaces or updates a variant: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::write::{ProductEdit, VariantTarget, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems, Two};
use shared::ids::VariantId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::body::{ReplaceVariant, UpdateVariant};
use crate::variants::get::variant_of;

/// Replace a variant
///
/// `name`, `attribute_value_ids`, `options`, `position` and `is_default` stay as they are if you leave them out; every other field gets its
/// default or null. The stock never changes. A field of the response that cannot be set here is accepted with its present value, and refused
/// with another.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/{variant_id}/",
    tag = "catalogue",
    operation_id = "replace_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("variant_id" = VariantId, Path, description = "Id of the variant."),
        IfMatch,
    ),
    request_body = ReplaceVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_product_variant(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, VariantId>>,
    body: ChangeBody<ReplaceVariant>,
) -> Result<Response, ApiError> {
    change(&app, editor, request, body.into_update()).await
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
        IfMatch,
    ),
    request_body = UpdateVariant,
    responses(
        (status = 200, body = ProductVariant, description = "The variant after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such variant."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_product_variant(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, VariantId>>,
    body: ChangeBody<UpdateVariant>,
) -> Result<Response, ApiError> {
    change(&app, editor, request, body).await
}

async fn change(
    app: &App,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, VariantId>>,
    ChangeBody(update, read_only): ChangeBody<UpdateVariant>,
) -> Result<Response, ApiError> {
    let (request, id) = request.split();
    let open = OpenProduct::open(app, editor, &request).await?;
    read_only.check(&variant_of(&open.before, id)?)?;
    let variants = VariantsEdit::Some(vec![update.edit(VariantTarget::Id(id))]);
    let line = AuditLine::of_variant(Kind::VariantChanged, id);
    let product = open.save(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part, line).await?;
    respond(StatusCode::OK, product.version, &variant_of(&product, id)?)
}
