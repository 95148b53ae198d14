//! `GET /admin/style.css` and `GET /admin/sign-in.js`: what the pages load.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// The stylesheet.
pub(crate) async fn get_style() -> Response {
    asset(include_str!("assets/style.css"), "text/css; charset=utf-8")
}

/// The script of the sign-in page.
pub(crate) async fn get_script() -> Response {
    asset(include_str!("assets/sign-in.js"), "text/javascript; charset=utf-8")
}

fn asset(text: &'static str, content_type: &'static str) -> Response {
    // Not for long: their names stay the same when a deployment changes them.
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
