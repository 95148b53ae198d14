//! Images of a product: `/api/v1/catalogue/products/{id_or_slug}/images/…`.

pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod update;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of images.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get::list_product_images, create::create_product_image)).routes(routes!(
        get::get_product_image,
        update::replace_product_image,
        update::update_product_image,
        delete::delete_product_image
    ))
}
