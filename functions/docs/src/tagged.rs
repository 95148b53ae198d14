//! Responses with an ETag, which clients cache and revalidate with `If-None-Match`.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderName, StatusCode};
use ring::digest::{SHA256, digest};

/// A response that stays the same until the next deployment.
pub(crate) struct Tagged<B> {
    pub body: B,
    pub content_type: &'static str,
    /// Seconds for which a client may use it without asking again.
    pub max_age_seconds: u32,
    /// Request header that the response depends on.
    pub vary: HeaderName,
}

impl<B: AsRef<[u8]> + IntoResponse> Tagged<B> {
    /// Returns the response, or 304 if the client has it.
    pub(crate) fn answer(self, request: &HeaderMap) -> Response {
        let hash = digest(&SHA256, self.body.as_ref());
        let hex: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{hex}\"");
        let is_current = has_version(request, &tag);
        let headers = [
            (ETAG, tag),
            (CACHE_CONTROL, format!("public, max-age={}", self.max_age_seconds)),
            (VARY, self.vary.as_str().to_owned()),
        ];
        if is_current {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, [(CONTENT_TYPE, self.content_type)], self.body).into_response()
    }
}

/// Returns true if the client has this version. The comparison is weak, because a proxy that compressed the response has weakened its ETag.
fn has_version(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|candidate| candidate.trim().trim_start_matches("W/"))
        .any(|candidate| candidate == tag || candidate == "*")
}
