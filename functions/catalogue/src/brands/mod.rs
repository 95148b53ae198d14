//! Routes of brands: `/api/v1/catalogue/brands/…`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod errors;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of brands.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list_brands, create::create_brand)).routes(routes!(
        get::get_brand,
        update::replace_brand,
        update::update_brand,
        delete::delete_brand
    ))
}
