//! Attributes and their values: `/api/v1/catalogue/attributes/…`.

pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;
pub(crate) mod values;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes of attributes and their values.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_attributes, create::create_attribute))
        .routes(routes!(
            get::get_attribute,
            update::replace_attribute,
            update::update_attribute,
            delete::delete_attribute
        ))
        .merge(values::routes())
}
