//! `POST /api/v1/catalogue/products/{id_or_slug}/variants/`: one more variant.

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

/// Make a variant
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/{id_or_slug}/variants/",
    tag = "catalogue",
    operation_id = "create_product_variant",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The product's `ETag` that the change is meant for."),
    ),
    request_body = CreateVariant,
    responses(
        (status = 201, body = ProductVariant, description = "The variant.", headers(
            ("Location" = String, description = "Where it is."),
            ("ETag" = String, description = "For `If-Match` of the next change."),
        )),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
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
