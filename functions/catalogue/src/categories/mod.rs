//! The category tree: `/api/v1/catalogue/categories/…` and `/api/v1/catalogue/taxonomy/`.

pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod get_tree;
pub(crate) mod import_taxonomy;
pub(crate) mod list;
pub(crate) mod product_order;
pub(crate) mod update;

use axum::extract::DefaultBodyLimit;
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of categories.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_categories, create::create_category))
        .routes(routes!(get::get_category, update::replace_category, update::update_category, delete::delete_category))
        .routes(routes!(get_tree::get_category_tree))
        .routes(routes!(product_order::get_product_order, product_order::set_product_order))
        .merge(taxonomies())
}

/// Returns the routes of taxonomies, whose bodies may be larger than others because they are whole category trees.
fn taxonomies() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_taxonomy::import_taxonomy))
        .layer(DefaultBodyLimit::max(import_taxonomy::MAX_BODY))
}
