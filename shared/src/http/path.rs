//! Ids in paths. A segment that cannot be an id gives 404.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use super::ApiError;

/// The ids in a path: `PathId<OrderId>`, or `PathId<Two<CartId, CartLineId>>` if there are two.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

/// A type that is read from the segments of a path.
pub trait FromSegments: Sized {
    /// Reads the segments; returns `None` if they do not have this form.
    fn from_segments(segments: &[String]) -> Option<Self>;
}

impl<T: FromStr> FromSegments for T {
    fn from_segments(segments: &[String]) -> Option<Self> {
        let [only] = segments else { return None };
        parse(only)
    }
}

/// Parses a segment. A NUL is refused, because it is legal in a URL but not in a text of PostgreSQL.
fn parse<T: FromStr>(segment: &str) -> Option<T> {
    if segment.contains('\0') { None } else { segment.parse().ok() }
}

/// Two ids in one path.
#[derive(Clone, Copy, Debug)]
pub struct Two<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr> FromSegments for Two<A, B> {
    fn from_segments(segments: &[String]) -> Option<Self> {
        let [first, second] = segments else { return None };
        Some(Self(parse(first)?, parse(second)?))
    }
}

impl<S: Send + Sync, T: FromSegments> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(segments) =
            Path::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(|_| ApiError::NotFound)?;
        let values: Vec<String> = segments.into_iter().map(|(_, value)| value).collect();
        T::from_segments(&values).map(Self).ok_or(ApiError::NotFound)
    }
}
