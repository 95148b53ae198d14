//! `/api/v1/catalogue/`: products, brands, the category tree and attributes, for everybody to read and for staff to change.

mod arrange_products;
mod ask_for_notice;
mod attribute_body;
mod brand_body;
mod cached;
mod category_body;
mod create_attribute;
mod create_attribute_value;
mod create_brand;
mod create_category;
mod delete_attribute;
mod delete_attribute_value;
mod delete_brand;
mod delete_category;
mod get_attribute;
mod get_attribute_value;
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
mod product_query;
mod root;
mod update_attribute;
mod update_attribute_value;
mod update_brand;
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
        .routes(routes!(list_brands::list_brands, create_brand::create_brand))
        .routes(routes!(
            get_brand::get_brand,
            update_brand::replace_brand,
            update_brand::update_brand,
            delete_brand::delete_brand
        ))
        .routes(routes!(list_categories::list_categories, create_category::create_category))
        .routes(routes!(
            get_category::get_category,
            update_category::replace_category,
            update_category::update_category,
            delete_category::delete_category
        ))
        .routes(routes!(get_category_tree::get_category_tree))
        .routes(routes!(arrange_products::get_product_order, arrange_products::arrange_products))
        .merge(large_bodies())
        .merge(attributes())
        .routes(routes!(ask_for_notice::ask_for_notice))
}

/// Attributes and their values.
fn attributes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_attributes::list_attributes, create_attribute::create_attribute))
        .routes(routes!(
            get_attribute::get_attribute,
            update_attribute::replace_attribute,
            update_attribute::update_attribute,
            delete_attribute::delete_attribute
        ))
        .routes(routes!(create_attribute_value::create_attribute_value))
        .routes(routes!(
            get_attribute_value::get_attribute_value,
            update_attribute_value::replace_attribute_value,
            update_attribute_value::update_attribute_value,
            delete_attribute_value::delete_attribute_value
        ))
}

/// Those that take more than others do.
fn large_bodies() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_taxonomy::import_taxonomy))
        .layer(DefaultBodyLimit::max(import_taxonomy::LARGEST))
}
