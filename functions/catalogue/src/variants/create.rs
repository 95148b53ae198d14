//! Creates a variant: `POST /api/v1/catalogue/products/{id_or_slug}/variants/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::write::{ProductEdit, VariantTarget, VariantsEdit};
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::edit::{OpenProduct, answer};
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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = CreateVariant,
    responses(
        (status = 201, body = ProductVariant, description = "The new variant.", headers(
            ("Location" = String, description = "URL of the new variant."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn create_product_variant(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(new): Body<CreateVariant>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    let sku = new.sku.clone();
    let variants = VariantsEdit::Some(vec![new.edit(VariantTarget::New)]);
    let product = open.save(ProductEdit { variants, ..ProductEdit::default() }, FieldPath::Part).await?;
    let made = product.variants.iter().find(|variant| variant.sku == sku).map(|variant| variant.id);
    let made = made.ok_or_else(|| anyhow::anyhow!("a variant that was just created does not exist"))?;
    let location = format!("{}{}", base.0, variant_path(product.summary.id, made));
    let answer = answer(StatusCode::CREATED, product.version, &variant_of(&product, made)?)?;
    Ok(([(LOCATION, location)], answer).into_response())
}
