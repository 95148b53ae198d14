//! The base URL of the API as the client reaches it, for absolute URLs in responses.

use axum::extract::{FromRef, FromRequestParts};
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
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = match header(FORWARDED_PROTO) {
            Some("https") => "https",
            _ => "http",
        };
        let host = header(HOST).or(parts.uri.authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
        Ok(Self(format!("{scheme}://{host}")))
    }
}
