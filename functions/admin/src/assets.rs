//! The files that the pages load: `GET /admin/style.css` and `GET /admin/sign-in.js`.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Returns the stylesheet of the pages.
pub(crate) async fn get_style() -> Response {
    asset(include_str!("assets/style.css"), "text/css; charset=utf-8")
}

/// Returns the script of the sign-in page.
pub(crate) async fn get_script() -> Response {
    asset(include_str!("assets/sign-in.js"), "text/javascript; charset=utf-8")
}

fn asset(text: &'static str, content_type: &'static str) -> Response {
    // The cache time is short, because the names stay the same when a deployment changes the files.
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
