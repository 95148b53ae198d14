//! Gets and sets the order of a category's products: `GET` and `PUT /api/v1/catalogue/categories/{id_or_slug}/products/order/`.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::Uri;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::categories::{arranged_products, find_id};
use shared::catalogue::store::write::{NotInCategory, arrange_products};
use shared::fields::FromField as _;
use shared::http::{ApiError, Body, Editor, FieldErrors, Fields, PathId, Problem, Request, Requires, StaffProblems};
use shared::ids::ProductId;
use shared::users::permissions;
use utoipa::ToSchema;

use crate::reader::PRIVATE;
use crate::redirects::{Moved, PermanentRedirect, moved_category, no_such_category};

/// Maximum number of products with a chosen position; the other products of a larger category come after them.
const MAX_PRODUCTS: usize = 1000;

/// The products of a category in a chosen order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductOrder {
    /// Ids of the products, in order. Products that are not in the list come after these.
    #[schema(example = json!([7, 3, 5]))]
    pub product_ids: Vec<ProductId>,
}

/// A new order, which replaces the previous one.
#[derive(Debug, Request)]
pub(crate) struct SetProductOrder {
    /// Ids of the products, in order. Products that are not in the list come after these.
    #[field(max = MAX_PRODUCTS, with = distinct_ids)]
    #[schema(example = json!([7, 3, 5]))]
    pub product_ids: Vec<ProductId>,
}

fn distinct_ids(fields: &mut Fields, field: &str) -> Option<Vec<ProductId>> {
    let ids = fields.values(field, 0..=MAX_PRODUCTS, ProductId::read)?;
    let mut known = HashSet::new();
    let mut is_valid = true;
    for (place, id) in ids.iter().enumerate() {
        if !known.insert(*id) {
            fields.error(&format!("{field}.{place}"), "The product is in the list twice. Send it once.");
            is_valid = false;
        }
    }
    is_valid.then_some(ids)
}

/// Get the order of a category's products
///
/// Returns only the products that staff have put in order, drafts included.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/categories/{id_or_slug}/products/order/",
    tag = "catalogue",
    operation_id = "get_product_order",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the category.")),
    responses(
        (status = 200, body = ProductOrder, description = "The order of the products."),
        Moved,
        (status = 404, body = Problem, description = "There is no such category."),
        StaffProblems,
    )
)]
pub(crate) async fn get_product_order(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    uri: Uri,
    PathId(category): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let Some(id) = find_id(&mut tx, &category).await? else {
        let redirect = moved_category(tx, &category, &uri).await?;
        return Ok(([(CACHE_CONTROL, PRIVATE)], redirect).into_response());
    };
    let product_ids = arranged_products(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(ProductOrder { product_ids }).into_response())
}

/// Set the order of a category's products
///
/// Replaces the whole order: products that you leave out lose their position and come after the others.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/categories/{id_or_slug}/products/order/",
    tag = "catalogue",
    operation_id = "set_product_order",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the category.")),
    request_body = SetProductOrder,
    responses(
        (status = 200, body = ProductOrder, description = "The order after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        StaffProblems,
    )
)]
pub(crate) async fn set_product_order(
    State(app): State<App>,
    editor: Editor,
    uri: Uri,
    PathId(category): PathId<IdOrSlug>,
    Body(order): Body<SetProductOrder>,
) -> Result<Json<ProductOrder>, ApiError> {
    let mut tx = app.db.begin().await?;
    let Some(id) = find_id(&mut tx, &category).await? else {
        return Err(no_such_category(&mut tx, &category, &uri).await);
    };
    arrange_products(&mut tx, id, &order.product_ids).await?.map_err(|refused| not_in_category(&refused, &order))?;
    editor
        .record(
            &mut tx,
            Kind::ProductOrderSet,
            json!({"category_id": id, "products": order.product_ids.len()}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    Ok(Json(ProductOrder { product_ids: order.product_ids }))
}

fn not_in_category(NotInCategory(places): &NotInCategory, order: &SetProductOrder) -> ApiError {
    let mut errors = FieldErrors::default();
    for place in places {
        if let Some(id) = order.product_ids.get(*place) {
            errors.add(format!("product_ids.{place}"), format!("Invalid pk \"{id}\" - it is not in this category."));
        }
    }
    errors.into()
}
