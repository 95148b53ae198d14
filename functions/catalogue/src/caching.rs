//! Answers that clients and CDNs may keep for a moment and then ask whether they still hold.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use shared::http::ApiError;
use shared::time::Timestamp;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, ResponseBuilder, response};

/// Short: in a sale, what is available changes by the second. Checkout judges, whatever a list said.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=15, must-revalidate");

/// What the client has already: the entity tags of its `If-None-Match`.
#[derive(Debug)]
pub(crate) struct IfNoneMatch(Vec<String>);

/// 304, for the documentation.
#[derive(Debug)]
pub(crate) struct NotModified;

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let values = parts.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()))
    }
}

impl IfNoneMatch {
    /// For an answer to a change: nobody has it already.
    pub(crate) const fn nothing() -> Self {
        Self(Vec::new())
    }

    /// 200 with the body as JSON, or 304 where the client has just that.
    pub(crate) fn or<T: Serialize>(&self, body: &T) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        let tag = format!("\"{}\"", digest_of(&body));
        self.or_tagged(body, tag)
    }

    /// The same for what staff change: its tag begins with its version, which [`crate::if_match::IfMatch`] reads.
    pub(crate) fn or_version<T: Serialize>(&self, version: i64, body: &T) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        let tag = format!("\"{version}.{}\"", digest_of(&body));
        self.or_tagged(body, tag)
    }

    fn or_tagged(&self, body: Vec<u8>, tag: String) -> Result<Response, ApiError> {
        let headers = [(CACHE_CONTROL, MAX_AGE), (ETAG, HeaderValue::try_from(&tag).map_err(anyhow::Error::from)?)];
        if self.has(&tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        Ok((headers, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
    }

    /// Compared weakly, as RFC 9110 asks: a proxy that compressed the answer marks its tag `W/`.
    fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|if_none_match| {
            if_none_match == "*" || if_none_match.strip_prefix("W/").unwrap_or(if_none_match) == tag
        })
    }
}

/// Strong: the same tag is the same bytes. 128 bits of the digest are plenty for that.
fn digest_of(body: &[u8]) -> String {
    let digest = digest(&SHA256, body);
    let bytes: Vec<u8> = digest.as_ref().iter().copied().take(16).collect();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// 301: what was asked for has another slug. Kept no longer than anything else: without the header a browser would keep it for good, and
/// somebody else may get the old slug.
pub(crate) fn moved_to(path: &str) -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(CACHE_CONTROL, MAX_AGE)], [(LOCATION, path)]).into_response()
}

/// Says when staff last changed what is shown. For information: whether it still holds, the tag alone decides, and `If-Modified-Since` is
/// not looked at. What is sold changes the answer and not this time, and two changes may lie in one second.
pub(crate) fn last_modified(mut response: Response, at: Timestamp) -> Result<Response, ApiError> {
    let at = HeaderValue::try_from(at.for_http().to_string()).map_err(anyhow::Error::from)?;
    response.headers_mut().insert(LAST_MODIFIED, at);
    Ok(response)
}

impl IntoResponses for NotModified {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let response = ResponseBuilder::new().description("The client has it: its `If-None-Match` names this `ETag`.");
        BTreeMap::from([("304".to_owned(), response.build().into())])
    }
}
