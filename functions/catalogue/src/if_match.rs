//! `If-Match`: a change that is meant for one state of a thing, and for no other.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;
use shared::http::ApiError;

/// The entity tags that a change is meant for. Without the header it is meant for whatever there is.
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
    /// 412 where the thing is in another state by now. Of the tags that [`crate::caching::IfNoneMatch::or_version`] hands out the first half
    /// counts, which is the version: what is only shown beside the thing, such as how many products there are, may have changed.
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
