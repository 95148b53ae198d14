//! Variants of a product: `/api/v1/catalogue/products/{id_or_slug}/variants/…`.

pub(crate) mod body;
pub(crate) mod confirm_back_in_stock;
pub(crate) mod create;
pub(crate) mod create_combinations;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod subscribe_to_back_in_stock;
pub(crate) mod update;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of variants.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get::list_product_variants, create::create_product_variant))
        .routes(routes!(create_combinations::create_variant_combinations))
        .routes(routes!(
            get::get_product_variant,
            update::replace_product_variant,
            update::update_product_variant,
            delete::delete_product_variant
        ))
        .routes(routes!(subscribe_to_back_in_stock::subscribe_to_back_in_stock))
        .routes(routes!(confirm_back_in_stock::confirm_back_in_stock_subscription))
}
