//! The base URL of the API as the client reaches it, for absolute URLs in responses.

use axum::extract::{FromRef, FromRequestParts};
use http::HeaderMap;
use http::header::{HOST, HeaderName};
use http::request::Parts;

use super::ApiError;
use crate::app::App;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Base URL without a slash at the end, such as `https://api.example.com`: `PUBLIC_URL` if it is set, otherwise from the request.
#[derive(Clone, Debug)]
pub struct BaseUrl(pub String);

impl<S: Send + Sync> FromRequestParts<S> for BaseUrl
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(url) = App::from_ref(state).public_url {
            return Ok(Self(url));
        }
        let scheme = if is_https(None, &parts.headers) { "https" } else { "http" };
        let host = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
        let host = host.or(parts.uri.authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
        Ok(Self(format!("{scheme}://{host}")))
    }
}

/// Returns true if the client reaches the API by https, as far as the base URL says.
pub(crate) fn is_https(public_url: Option<&str>, headers: &HeaderMap) -> bool {
    match public_url {
        Some(url) => url.starts_with("https://"),
        None => headers.get(FORWARDED_PROTO).is_some_and(|scheme| scheme == "https"),
    }
}
