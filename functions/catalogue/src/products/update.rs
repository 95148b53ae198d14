//! Replaces or updates a product: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/`.

use std::collections::HashSet;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::{IdOrSlug, Product};
use shared::fields::ReadOnlyFields;
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems};
use shared::ids::VariantId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::body::{ReplaceProduct, UpdateProduct};
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;
use crate::variants::body::CHANGE_STOCK;

/// Replace a product
///
/// Replaces its variants and images too. A variant is found by its `id` or its `sku`. Variants that you leave out are deleted, or archived
/// if orders or carts refer to them; an archived variant in the list is sold again. The stock of existing variants stays as it is.
/// You may send back what you have read: a field of the response that cannot be set here is accepted with its present value, and refused with another.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    request_body = ReplaceProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_product(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<ReplaceProduct>,
) -> Result<Response, ApiError> {
    change(&app, editor, &request, body.into_update()).await
}

/// Update a product
///
/// Fields that you leave out stay as they are. If you send `variants` or `images`, send all of them: the list replaces the old one.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    request_body = UpdateProduct,
    responses(
        (status = 200, body = Product, description = "The product after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_product(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<UpdateProduct>,
) -> Result<Response, ApiError> {
    change(&app, editor, &request, body).await
}

async fn change(
    app: &App,
    editor: Editor,
    request: &ChangeRequest<IdOrSlug>,
    ChangeBody(update, read_only): ChangeBody<UpdateProduct>,
) -> Result<Response, ApiError> {
    let open = match update.slug {
        Some(_) => OpenProduct::open_to_rename(app, editor, request).await?,
        None => OpenProduct::open(app, editor, request).await?,
    };
    check_kept_fields(&update, &read_only, open.before.clone().with_base_url(&request.base.0))?;
    let product =
        open.save(update.edit(&request.base), FieldPath::Product, AuditLine::of(Kind::ProductChanged)).await?;
    respond(StatusCode::OK, product.version, &product.with_base_url(&request.base.0))
}

/// Fails if a field that stays as it is was sent with another value: a read-only one, or the stock of a variant that exists.
fn check_kept_fields(update: &UpdateProduct, read_only: &ReadOnlyFields, before: Product) -> Result<(), ApiError> {
    let mut errors = read_only.check(&before).err().unwrap_or_default();
    let variants = update.variants.as_deref().unwrap_or_default();
    let ids: HashSet<VariantId> = variants.iter().filter_map(|variant| variant.id).collect();
    for (at, variant) in variants.iter().enumerate() {
        // As the edit finds them: by the id, or by the SKU unless another item has the id.
        let existing = before.variants.iter().find(|existing| match variant.id {
            Some(id) => existing.id == id,
            None => existing.sku == variant.sku && !ids.contains(&existing.id),
        });
        let stock = existing.map(|existing| existing.inventory_count);
        if variant.inventory_count.is_some() && stock.is_some() && variant.inventory_count != stock {
            errors.add(
                format!("variants.{at}.inventory_count"),
                format!("The stock of an existing variant cannot be set here. Leave it out. {CHANGE_STOCK}"),
            );
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}
