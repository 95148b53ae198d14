//! Security headers: every response of every function has them.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::App;
use crate::http::is_https;

/// Policy of responses to programs: a browser that opens one loads nothing and runs nothing. Pages set their own policy.
const POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/// Most responses are about one person or contain a secret. Only a response that says so itself is kept by a browser or a CDN.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// For a year, a browser calls this host by https only.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the headers that the response does not have already. A response to a change is never stored, whatever it says.
pub(super) async fn add_security_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_read = request.method().is_safe();
    let is_https = is_https(app.public_url.as_deref(), request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, "DENY"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_read {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    } else {
        headers.insert(CACHE_CONTROL, NO_STORE);
    }
    // A browser ignores this header in a response that came by plain HTTP (RFC 6797), so a wrong `X-Forwarded-Proto` does no harm.
    if is_https {
        headers.insert(STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
    response
}
