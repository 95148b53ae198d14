//! Values of an attribute: `/api/v1/catalogue/attributes/{id}/values/…`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod update;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of values.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create::create_attribute_value)).routes(routes!(
        get::get_attribute_value,
        update::replace_attribute_value,
        update::update_attribute_value,
        delete::delete_attribute_value
    ))
}
