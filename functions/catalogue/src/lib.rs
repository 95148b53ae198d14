//! `/api/v1/catalogue/`: products, brands, the category tree and attributes, for everybody to read and for staff to change.

mod attributes;
mod brands;
mod bulk;
mod caching;
mod categories;
mod if_match;
mod images;
mod products;
mod reader;
mod redirects;
mod root;
mod variants;

use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(root::get_catalogue))
        .merge(products::routes())
        .merge(variants::routes())
        .merge(images::routes())
        .merge(brands::routes())
        .merge(categories::routes())
        .merge(attributes::routes())
        .merge(bulk::routes())
}
