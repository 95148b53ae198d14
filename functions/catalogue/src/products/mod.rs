//! Routes of products: `/api/v1/catalogue/products/…`.

pub(crate) mod attribute_filter;
pub(crate) mod audit_line;
pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod errors;
pub(crate) mod filter;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_item;
pub(crate) mod query;
pub(crate) mod read_request;
pub(crate) mod sort;
pub(crate) mod update;

use axum::extract::DefaultBodyLimit;
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of products. Their bodies may be larger than others, because a product comes with its variants and images.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_products, create::create_product))
        .routes(routes!(get::get_product, update::replace_product, update::update_product, delete::delete_product))
        .layer(DefaultBodyLimit::max(body::MAX_BODY))
}
