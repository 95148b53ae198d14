//! Gets and sets the order of a category's products: `GET` and `PUT /api/v1/catalogue/categories/{id_or_slug}/products/order/`.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::Uri;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use shared::app::App;
use shared::catalogue::IdOrSlug;
use shared::catalogue::store::categories::{arranged_products, find_id, renamed_from};
use shared::catalogue::store::write::{NotInCategory, arrange_products as arrange};
use shared::fields::FromField as _;
use shared::http::{ApiError, Body, FieldErrors, Fields, PathId, Problem, Request, Requires, StaffProblems};
use shared::ids::ProductId;
use shared::users::permissions;

use crate::caching::moved_to;
use crate::reader::FOR_ONE;
use crate::redirects::{Moved, PermanentRedirect, no_such_category, under};

/// Maximum number of products with a chosen position; the other products of a larger category come after them.
const MAX_PRODUCTS: usize = 1000;

/// The products of a category in a chosen order.
#[derive(Debug, Serialize, Request)]
pub(crate) struct ProductOrder {
    /// Ids of the products, in order. Products that are not in the list come after these.
    #[field(max = MAX_PRODUCTS, with = each_once)]
    #[schema(example = json!([7, 3, 5]))]
    pub product_ids: Vec<ProductId>,
}

fn each_once(fields: &mut Fields, field: &str) -> Option<Vec<ProductId>> {
    let ids = fields.values(field, 0..=MAX_PRODUCTS, ProductId::read)?;
    let mut known = HashSet::new();
    let mut is_good = true;
    for (place, id) in ids.iter().enumerate() {
        if !known.insert(*id) {
            fields.error(&format!("{field}.{place}"), "This product is named twice.");
            is_good = false;
        }
    }
    is_good.then_some(ids)
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
        let renamed = renamed_from(&mut tx, &category.slug).await?;
        tx.commit().await?;
        let slug = renamed.ok_or(ApiError::NotFound)?;
        return Ok(([(CACHE_CONTROL, FOR_ONE)], moved_to(&under(&slug, &uri))).into_response());
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
    operation_id = "arrange_products",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the category.")),
    request_body = ProductOrder,
    responses(
        (status = 200, body = ProductOrder, description = "The order after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        StaffProblems,
    )
)]
pub(crate) async fn arrange_products(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    uri: Uri,
    PathId(category): PathId<IdOrSlug>,
    Body(order): Body<ProductOrder>,
) -> Result<Json<ProductOrder>, ApiError> {
    let mut tx = app.db.begin().await?;
    let Some(id) = find_id(&mut tx, &category).await? else {
        return Err(no_such_category(&mut tx, &category, &uri).await);
    };
    arrange(&mut tx, id, &order.product_ids).await?.map_err(|because| not_there(&because, &order))?;
    tx.commit().await?;
    Ok(Json(order))
}

fn not_there(NotInCategory(places): &NotInCategory, order: &ProductOrder) -> ApiError {
    let mut errors = FieldErrors::default();
    for place in places {
        if let Some(id) = order.product_ids.get(*place) {
            errors.add(format!("product_ids.{place}"), format!("Invalid pk \"{id}\" - it is not in this category."));
        }
    }
    errors.into()
}
