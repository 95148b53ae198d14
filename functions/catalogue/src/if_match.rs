//! `If-Match`: makes a change depend on the version that the client has read.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;
use shared::http::ApiError;

/// The entity tags that the change is based on; without the header, any version is accepted.
#[derive(Debug)]
pub(crate) struct IfMatch(Option<Vec<String>>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if !parts.headers.contains_key(IF_MATCH) {
            return Ok(Self(None));
        }
        let values = parts.headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(Some(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect())))
    }
}

impl IfMatch {
    /// Fails with 412 if the object has another version. Only the first half of a tag of [`crate::caching::IfNoneMatch::or_version`]
    /// counts, which is the version: derived values, such as the number of products, may have changed.
    pub(crate) fn allows(&self, version: i64) -> Result<(), ApiError> {
        let is_meant = |tag: &String| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
            tag == "*" || tag.split('.').next() == Some(version.to_string().as_str())
        };
        match &self.0 {
            Some(tags) if !tags.iter().any(is_meant) => Err(ApiError::VersionConflict),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(tags: &[&str], version: i64) -> bool {
        IfMatch(Some(tags.iter().map(|tag| (*tag).to_owned()).collect())).allows(version).is_ok()
    }

    #[test]
    fn a_change_is_for_the_version_that_its_tag_names() {
        for tags in [&["\"7.abc\""][..], &["W/\"7.abc\""], &["*"], &["\"6.x\"", "\"7.y\""]] {
            assert!(allows(tags, 7), "{tags:?}");
        }
        for tags in [&[][..], &[""], &["\"8.abc\""], &["\"70.abc\""], &["7abc"], &["\"\""]] {
            assert!(!allows(tags, 7), "{tags:?}");
        }
        assert!(IfMatch(None).allows(7).is_ok());
    }
}
