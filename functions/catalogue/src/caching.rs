//! Caching of public responses: entity tags, `304 Not Modified` and `Cache-Control`.

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

/// Short, because availability changes by the second during a sale. Checkout checks the stock again, so an outdated list does no harm.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=15, must-revalidate");

/// The entity tags of the request's `If-None-Match`.
#[derive(Debug)]
pub(crate) struct IfNoneMatch(Vec<String>);

/// The response 304, for the API description.
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
    /// No entity tags, for the response to a change, which is always sent in full.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Responds with 200 and the body as JSON, or with 304 if the client has this version already.
    pub(crate) fn respond<T: Serialize>(&self, body: &T) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        let tag = format!("\"{}\"", digest_of(&body));
        self.respond_with_tag(body, tag)
    }

    /// Does the same for an object that staff change: its tag begins with its version, which [`crate::change_request::IfMatch`] reads.
    pub(crate) fn respond_with_version<T: Serialize>(&self, version: i64, body: &T) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        let tag = format!("\"{version}.{}\"", digest_of(&body));
        self.respond_with_tag(body, tag)
    }

    fn respond_with_tag(&self, body: Vec<u8>, tag: String) -> Result<Response, ApiError> {
        let headers = [(CACHE_CONTROL, MAX_AGE), (ETAG, HeaderValue::try_from(&tag).map_err(anyhow::Error::from)?)];
        if self.has(&tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        Ok((headers, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
    }

    /// Compares weakly, as RFC 9110 requires: a proxy that compresses the body marks its tag `W/`.
    fn has(&self, tag: &str) -> bool {
        self.0.iter().any(|if_none_match| {
            if_none_match == "*" || if_none_match.strip_prefix("W/").unwrap_or(if_none_match) == tag
        })
    }
}

/// Returns a strong tag: equal tags mean equal bytes. 128 bits of the digest are enough for that.
fn digest_of(body: &[u8]) -> String {
    let digest = digest(&SHA256, body);
    let bytes: Vec<u8> = digest.as_ref().iter().copied().take(16).collect();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Responds with 301, because the slug has changed. Without `Cache-Control` a browser would keep the redirect for ever, although another
/// object may get the old slug.
pub(crate) fn moved_to(path: &str) -> Response {
    (StatusCode::MOVED_PERMANENTLY, [(CACHE_CONTROL, MAX_AGE)], [(LOCATION, path)]).into_response()
}

/// Sets `Last-Modified` to the last change by staff, for information only. `If-Modified-Since` is ignored and the tag alone decides,
/// because sales change the response but not this time, and two changes may happen within one second.
pub(crate) fn last_modified(mut response: Response, at: Timestamp) -> Result<Response, ApiError> {
    let at = HeaderValue::try_from(at.for_http().to_string()).map_err(anyhow::Error::from)?;
    response.headers_mut().insert(LAST_MODIFIED, at);
    Ok(response)
}

impl IntoResponses for NotModified {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let response =
            ResponseBuilder::new().description("You have the current version: your `If-None-Match` names its `ETag`.");
        BTreeMap::from([("304".to_owned(), response.build().into())])
    }
}
