//! The check that a form was sent from one of these pages. `SameSite` withholds the cookie from other sites; this check also covers other hosts
//! of the same site and browsers that ignore the attribute.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::{HeaderName, ORIGIN};
use http::request::Parts;
use shared::app::App;
use shared::http::BaseUrl;

use crate::error::PageError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Proof that one of these pages sent the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SameOrigin;

impl FromRequestParts<App> for SameOrigin {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let base = BaseUrl::from_request_parts(parts, app).await?;
        if is_same_origin(&parts.headers, &base) { Ok(Self) } else { Err(PageError::CrossOrigin) }
    }
}

/// Returns true if one of these pages sent the request. Browsers send `Sec-Fetch-Site`, which no page can change; old ones, and those over
/// plain HTTP, send only `Origin`. A client without both cannot use these pages.
fn is_same_origin(headers: &HeaderMap, base: &BaseUrl) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    headers.get(ORIGIN).is_some_and(|origin| origin == base.0.as_str())
}
