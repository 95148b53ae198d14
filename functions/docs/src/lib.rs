//! The OpenAPI document (`/api/schema/`) and Swagger UI (`/api/docs/`), all from this binary.

mod page;
mod schema;
mod tagged;

use axum::routing::get;
use shared::app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(schema::get_schema))
        // Pages for people are not in the document.
        .route("/api/docs/", get(page::get_page))
        .route("/api/docs/{file}/", get(page::get_file))
}
