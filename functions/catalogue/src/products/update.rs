//! `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/`: another state of a product.

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::store::write::{
    ProductRefused, judged, missing_categories, set_default_variant, set_product_categories, update_product as update,
};
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, BaseUrl, Body, FieldErrors, PathId, Problem, Requires, StaffProblems};
use shared::ids::{CategoryId, VariantId};
use shared::patch::Patch;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::body::{ReplaceProduct, UpdateProduct};
use crate::products::edit::{ProductChange, Said, answer, no_such, refused};
use crate::redirects::PermanentRedirect;
use crate::{images, variants};

/// Replace a product
///
/// With its variants and images. A variant is known by its `id` or its `sku`. One that is not named is deleted, or archived where orders
/// refer to it; one that was archived is sold again when it is named. What is in stock stays as it is.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = ReplaceProduct,
    responses(
        (status = 200, body = Product, description = "The product as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(replacement): Body<ReplaceProduct>,
) -> Result<Response, ApiError> {
    let change = ProductChange::begin(&app, &product, &uri, &if_match, Said::InList("variants")).await?;
    write(change, &base, replacement.into()).await
}

/// Change a product
///
/// What is not sent stays. `variants` and `images` are all of them, where they are sent.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateProduct,
    responses(
        (status = 200, body = Product, description = "The product as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn update_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(patch): Body<UpdateProduct>,
) -> Result<Response, ApiError> {
    let change = ProductChange::begin(&app, &product, &uri, &if_match, Said::InList("variants")).await?;
    write(change, &base, patch).await
}

async fn write(mut change: ProductChange, base: &BaseUrl, patch: UpdateProduct) -> Result<Response, ApiError> {
    let id = change.id();
    let state = patch.state(&change.before);
    judged(update(&mut change.tx, id, &state).await)?.map_err(|because| match (because, state.brand) {
        (ProductRefused::NoSuchBrand, Some(brand)) => ApiError::field("brand_id", no_such(brand)),
        _ => refused(because, change.said),
    })?;
    write_parts(&mut change, base, patch).await?;
    let product = change.finish().await?;
    answer(StatusCode::OK, product.version, &product.with_base_url(&base.0))
}

/// Writes what lies around a product whose own fields are written: categories, variants, images.
pub(crate) async fn write_parts(
    change: &mut ProductChange,
    base: &BaseUrl,
    patch: UpdateProduct,
) -> Result<(), ApiError> {
    if let Some(categories) = &patch.category_ids {
        file(change, categories).await?;
    }
    let mut default = patch.default_variant_id;
    if let Some(variants) = patch.variants {
        let base_price = patch.base_price.unwrap_or(change.before.summary.base_price);
        let wanted = variants::write::all_said(change, variants)?;
        if wanted.iter().any(|variant| variant.patch.is_default == Some(true)) {
            default = Patch::Keep;
        }
        variants::write::write_all(change, base_price, wanted).await?;
    }
    if !default.is_keep() {
        show_first(change, default.apply(None)).await?;
    }
    match patch.images {
        Some(images) => images::write::write_all(change, base, images).await,
        None => Ok(()),
    }
}

async fn show_first(change: &mut ProductChange, variant: Option<VariantId>) -> Result<(), ApiError> {
    if let Some(id) = variant {
        match change.variants.iter().find(|known| known.id == id) {
            None => return Err(ApiError::field("default_variant_id", no_such(id))),
            Some(known) if known.is_archived => {
                return Err(ApiError::field("default_variant_id", "An archived variant is not shown."));
            }
            Some(_) => {}
        }
    }
    let id = change.id();
    Ok(set_default_variant(&mut change.tx, id, variant).await?)
}

/// In these categories and no others.
async fn file(change: &mut ProductChange, categories: &[CategoryId]) -> Result<(), ApiError> {
    let missing = missing_categories(&mut change.tx, categories).await?;
    if !missing.is_empty() {
        let mut errors = FieldErrors::default();
        for id in missing {
            errors.add("category_ids", no_such(id));
        }
        return Err(errors.into());
    }
    let id = change.id();
    let done = judged(set_product_categories(&mut change.tx, id, categories).await)?;
    change.told(done)?;
    Ok(())
}
