//! Creates a variant: `POST /api/v1/catalogue/products/{id_or_slug}/variants/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::write::{ProductEdit, VariantTarget, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, Body, Editor, Problem, StaffProblems};

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::body::CreateVariant;
use crate::variants::get::{variant_of, variant_path};

/// Create a variant
///
/// Adds the variant to the product. Attributes and values in `options` that do not exist are created.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/",
    tag = "catalogue",
    operation_id = "create_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    request_body = CreateVariant,
    responses(
        (status = 201, body = ProductVariant, description = "The new variant.", headers(
            ("Location" = String, description = "URL of the new variant."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn create_product_variant(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    Body(new): Body<CreateVariant>,
) -> Result<Response, ApiError> {
    if new.id.is_some() {
        return Err(ApiError::field("id", "A new variant gets its id from the shop. Leave it out."));
    }
    let open = OpenProduct::open(&app, editor, &request).await?;
    let sku = new.sku.clone();
    let variants = VariantsEdit::Some(vec![new.edit(VariantTarget::New)]);
    let saved = open.write(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part).await?;
    let id = saved.product.variants.iter().find(|variant| variant.sku == sku).map(|variant| variant.id);
    let id = id.ok_or_else(|| anyhow::anyhow!("a variant that was just created does not exist"))?;
    let product = saved.commit(AuditLine::of_variants(Kind::VariantsCreated, &[id])).await?;
    let location = format!("{}{}", request.base.0, variant_path(product.summary.id, id));
    let response = respond(StatusCode::CREATED, product.version, &variant_of(&product, id)?)?;
    Ok(([(LOCATION, location)], response).into_response())
}
