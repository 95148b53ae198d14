//! Ids in paths. What cannot be an id is simply not found.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use super::ApiError;

/// The path's ids: `PathId<OrderId>`, or `PathId<(CartId, CartLineId)>` where there are two.
#[derive(Clone, Copy, Debug)]
pub struct PathId<T>(pub T);

/// What a path's segments become.
pub trait FromSegments: Sized {
    /// `None` where they cannot be that.
    fn from_segments(segments: &[String]) -> Option<Self>;
}

impl<T: FromStr> FromSegments for T {
    fn from_segments(segments: &[String]) -> Option<Self> {
        let [only] = segments else { return None };
        parsed(only)
    }
}

/// A NUL is legal in a URL and in no text of PostgreSQL.
fn parsed<T: FromStr>(segment: &str) -> Option<T> {
    if segment.contains('\0') { None } else { segment.parse().ok() }
}

/// Two segments.
#[derive(Clone, Copy, Debug)]
pub struct Two<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr> FromSegments for Two<A, B> {
    fn from_segments(segments: &[String]) -> Option<Self> {
        let [first, second] = segments else { return None };
        Some(Self(parsed(first)?, parsed(second)?))
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
