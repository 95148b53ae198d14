//! `/api/v1/catalogue/`: products, brands, the category tree and attributes, for everybody to read and for staff to change.

mod attribute_filter;
mod cached;
mod category_body;
mod create_category;
mod delete_category;
mod get_brand;
mod get_category;
mod get_category_tree;
mod get_product;
mod if_match;
mod import_taxonomy;
mod list_attributes;
mod list_brands;
mod list_categories;
mod list_products;
mod listed_product;
mod product_filter;
mod product_order;
mod product_query;
mod root;
mod update_category;
mod viewer;

use axum::extract::DefaultBodyLimit;
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(root::get_catalogue))
        .routes(routes!(list_products::list_products))
        .routes(routes!(get_product::get_product))
        .routes(routes!(list_brands::list_brands))
        .routes(routes!(get_brand::get_brand))
        .routes(routes!(list_categories::list_categories, create_category::create_category))
        .routes(routes!(
            get_category::get_category,
            update_category::replace_category,
            update_category::update_category,
            delete_category::delete_category
        ))
        .routes(routes!(get_category_tree::get_category_tree))
        .merge(large_bodies())
        .routes(routes!(list_attributes::list_attributes))
}

/// Those that take more than others do.
fn large_bodies() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_taxonomy::import_taxonomy))
        .layer(DefaultBodyLimit::max(import_taxonomy::LARGEST))
}
