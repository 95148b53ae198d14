//! `/api/v1/catalogue/`: products, brands, the category tree and attributes, which everyone can read and staff can change.

mod attributes;
mod brands;
mod bulk;
mod caching;
mod categories;
mod change_request;
mod images;
mod products;
mod reader;
mod reads;
mod redirects;
mod root;
mod variants;

use products::sort::ProductOrdering;
use shared::app::App;
use shared::catalogue::Status;
use utoipa::openapi::{ComponentsBuilder, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document())
        .routes(routes!(root::get_catalogue))
        .merge(products::routes())
        .merge(variants::routes())
        .merge(images::routes())
        .merge(brands::routes())
        .merge(categories::routes())
        .merge(attributes::routes())
        .merge(bulk::routes())
}

/// Returns the common document with the schemas that only parameters refer to, which utoipa does not collect.
fn document() -> OpenApi {
    let mut document = shared::http::document();
    let components = document.components.take().unwrap_or_default();
    let components = ComponentsBuilder::from(components).schema_from::<Status>().schema_from::<ProductOrdering>();
    document.components = Some(components.build());
    document
}
