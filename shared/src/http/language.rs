//! The language of the answer or of the mails that a client wants.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;

use crate::locale::Locale;

/// The language of the shop that `Accept-Language` prefers, or the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptLanguage(pub Locale);

impl<S: Sync> FromRequestParts<S> for AcceptLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // Several headers mean the same as one with all of their values (RFC 9110, 5.3).
        let headers = parts.headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(Locale::accepted(&headers.collect::<Vec<_>>().join(","))))
    }
}
