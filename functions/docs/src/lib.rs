//! The OpenAPI document (`/api/schema/`) and Swagger UI (`/api/docs/`), all from this binary.

mod page;
mod schema;
mod tagged;

use axum::routing::get;
use shared::app::{App, Environment, EnvironmentError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns every route of this function, or none if `API_DOCS` is `off`.
pub fn router_for(environment: &Environment) -> Result<OpenApiRouter<App>, EnvironmentError> {
    match environment.get("API_DOCS") {
        None | Some("public") => Ok(router()),
        Some("off") => Ok(OpenApiRouter::new()),
        Some(_) => Err(EnvironmentError::Invalid("API_DOCS", "public or off")),
    }
}

/// Returns every route of this function.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::document())
        .routes(routes!(schema::get_schema))
        // Pages for people are not in the document.
        .route("/api/docs/", get(page::get_page))
        .route("/api/docs/{file}/", get(page::get_file))
}
