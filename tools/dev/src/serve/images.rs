//! `GET /dev/images/{name}.svg`: the pictures of the sample catalogue.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Serves the pictures.
pub(super) fn router() -> Router {
    Router::new().route("/dev/images/{name}", get(show))
}

async fn show(Path(name): Path<String>) -> Response {
    match name.strip_suffix(".svg").and_then(import_export::sample::image) {
        Some(svg) => ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "public, max-age=3600")], svg).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
