//! `/api/v1/catalogue/`: products, brands, the category tree and attributes, for everybody to read and for staff to change.

mod arrange_products;
mod ask_for_notice;
mod attribute_body;
mod attribute_filter;
mod brand_body;
mod bulk;
mod bulk_prices;
mod bulk_stock;
mod cached;
mod category_body;
mod combine_variants;
mod create_attribute;
mod create_attribute_value;
mod create_brand;
mod create_category;
mod create_image;
mod create_product;
mod create_variant;
mod delete_attribute;
mod delete_attribute_value;
mod delete_brand;
mod delete_category;
mod delete_image;
mod delete_product;
mod delete_variant;
mod get_attribute;
mod get_attribute_value;
mod get_brand;
mod get_category;
mod get_category_tree;
mod get_image;
mod get_product;
mod get_variant;
mod if_match;
mod image_body;
mod images_change;
mod import_taxonomy;
mod list_attributes;
mod list_brands;
mod list_categories;
mod list_products;
mod listed_product;
mod moved;
mod product_body;
mod product_change;
mod product_filter;
mod product_order;
mod product_query;
mod product_replacement;
mod root;
mod update_attribute;
mod update_attribute_value;
mod update_brand;
mod update_category;
mod update_image;
mod update_product;
mod update_variant;
mod variant_body;
mod variants_change;
mod viewer;

use axum::extract::DefaultBodyLimit;
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(root::get_catalogue))
        .merge(products())
        .merge(variants())
        .merge(images())
        .merge(brands())
        .merge(categories())
        .merge(attributes())
        .routes(routes!(bulk_prices::change_prices))
        .routes(routes!(bulk_stock::change_stock))
        .routes(routes!(ask_for_notice::ask_for_notice))
}

fn brands() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_brands::list_brands, create_brand::create_brand)).routes(routes!(
        get_brand::get_brand,
        update_brand::replace_brand,
        update_brand::update_brand,
        delete_brand::delete_brand
    ))
}

fn categories() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_categories::list_categories, create_category::create_category))
        .routes(routes!(
            get_category::get_category,
            update_category::replace_category,
            update_category::update_category,
            delete_category::delete_category
        ))
        .routes(routes!(get_category_tree::get_category_tree))
        .routes(routes!(arrange_products::get_product_order, arrange_products::arrange_products))
        .merge(taxonomies())
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

/// Whole products, which may weigh more than other bodies.
fn products() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_products::list_products, create_product::create_product))
        .routes(routes!(
            get_product::get_product,
            update_product::replace_product,
            update_product::update_product,
            delete_product::delete_product
        ))
        .layer(DefaultBodyLimit::max(product_body::LARGEST))
}

fn variants() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_variant::list_product_variants, create_variant::create_product_variant))
        .routes(routes!(combine_variants::combine_product_variants))
        .routes(routes!(
            get_variant::get_product_variant,
            update_variant::replace_product_variant,
            update_variant::update_product_variant,
            delete_variant::delete_product_variant
        ))
}

fn images() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_image::list_product_images, create_image::create_product_image)).routes(
        routes!(
            get_image::get_product_image,
            update_image::replace_product_image,
            update_image::update_product_image,
            delete_image::delete_product_image
        ),
    )
}

/// Whole category trees, which weigh more than other bodies.
fn taxonomies() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(import_taxonomy::import_taxonomy))
        .layer(DefaultBodyLimit::max(import_taxonomy::LARGEST))
}
