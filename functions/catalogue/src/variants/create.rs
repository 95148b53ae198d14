//! `POST /api/v1/catalogue/products/{id_or_slug}/variants/`: one more variant.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::{IdOrSlug, ProductVariant};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::edit::{ProductChange, Said, answer};
use crate::redirects::PermanentRedirect;
use crate::variants::body::CreateVariant;
use crate::variants::get::{variant_of, variant_path};
use crate::variants::write::{Wanted, one_said, write_all};

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
    let mut change = ProductChange::begin(&app, &product, &uri, &if_match, Said::Alone).await?;
    let (sku, inventory_count) = (new.sku.clone(), new.inventory_count);
    let wanted = Wanted { known: None, patch: new.into(), inventory_count, at: Some(0) };
    let (all, base_price) = (one_said(&change, wanted), change.before.summary.base_price);
    write_all(&mut change, base_price, all).await?;
    let made = change.variants.iter().find(|variant| variant.sku == sku).map(|variant| variant.id);
    let made = made.ok_or_else(|| anyhow::anyhow!("a variant that was just made is not there"))?;
    let product = change.finish().await?;
    let location = format!("{}{}", base.0, variant_path(product.summary.id, made));
    let answer = answer(StatusCode::CREATED, product.version, &variant_of(&product, made)?)?;
    Ok(([(LOCATION, location)], answer).into_response())
}
