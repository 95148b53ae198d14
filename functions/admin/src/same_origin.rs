//! Whether a form was sent from one of these pages. `SameSite` keeps the cookie from other sites; this keeps out the neighbours
//! on the same site, and browsers that do not know the attribute.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{HeaderName, ORIGIN};
use http::request::Parts;
use shared::app::App;
use shared::http::BaseUrl;

use crate::error::PageError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request that one of our own pages sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SameOrigin;

impl FromRequestParts<App> for SameOrigin {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let base = BaseUrl::from_request_parts(parts, app).await?;
        if is_ours(&parts.headers, &base) { Ok(Self) } else { Err(PageError::AnotherOrigin) }
    }
}

/// A browser says it in words that no page can change; an old one, or one that came over plain HTTP, names the origin alone.
/// Whatever says neither is no browser that shows these pages.
fn is_ours(headers: &HeaderMap, base: &BaseUrl) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    headers.get(ORIGIN).is_some_and(|client_info| client_info == base.0.as_str())
}
