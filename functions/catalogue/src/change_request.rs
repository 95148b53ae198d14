//! A request to change or delete something, and `If-Match`, which makes the change depend on the version that the client has read.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use http::Uri;
use http::header::IF_MATCH;
use http::request::Parts;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, PathId, Problem, Two};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder, response};
use utoipa::{IntoParams, IntoResponses, PartialSchema as _, ToSchema as _};

/// The parts of a request that say what it changes; the body says how.
#[derive(Debug)]
pub(crate) struct ChangeRequest<Id> {
    /// The id in the path, or both ids.
    pub(crate) id: Id,
    /// The versions that the change is based on.
    pub(crate) if_match: IfMatch,
    /// The requested path and query, which a redirect to a new slug repeats.
    pub(crate) uri: Uri,
    /// The URL that links in the response begin with.
    pub(crate) base: BaseUrl,
}

impl<Id> FromRequestParts<App> for ChangeRequest<Id>
where
    PathId<Id>: FromRequestParts<App, Rejection = ApiError>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let base = BaseUrl::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::from_request_parts(parts, app).await?;
        Ok(Self { id, if_match: IfMatch::from_headers(parts), uri: parts.uri.clone(), base })
    }
}

impl<Id, PartId> ChangeRequest<Two<Id, PartId>> {
    /// Splits a request to change a part, such as a variant, into a request to change its product and the id of the part. Only the product
    /// has a version.
    pub(crate) fn split(self) -> (ChangeRequest<Id>, PartId) {
        let Self { id: Two(id, part), if_match, uri, base } = self;
        (ChangeRequest { id, if_match, uri, base }, part)
    }
}

/// The entity tags that the change is based on; without the header, any version is accepted.
#[derive(Debug)]
pub(crate) struct IfMatch(Option<Vec<String>>);

/// The response 412, for the API description.
#[derive(Debug)]
pub(crate) struct VersionConflict;

impl IfMatch {
    fn from_headers(parts: &Parts) -> Self {
        if !parts.headers.contains_key(IF_MATCH) {
            return Self(None);
        }
        let values = parts.headers.get_all(IF_MATCH).iter().filter_map(|value| value.to_str().ok());
        Self(Some(values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()))
    }

    /// Fails with 412 if the object has another version. Compares only the version, the part of the tag before the dot
    /// ([`crate::caching::IfNoneMatch::respond_with_version`]): the digest after it also changes with derived values, such as the number
    /// of products.
    pub(crate) fn allows(&self, version: i64) -> Result<(), ApiError> {
        let is_for_version = |tag: &String| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
            tag == "*" || tag.split('.').next() == Some(version.to_string().as_str())
        };
        match &self.0 {
            Some(tags) if !tags.iter().any(is_for_version) => Err(ApiError::VersionConflict),
            Some(_) | None => Ok(()),
        }
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The `ETag` that you got last. You get 412 if there has been another change since.";
        let header = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(String::schema()));
        vec![header.build()]
    }
}

impl IntoResponses for VersionConflict {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        let description = "There has been another change since you got the `ETag` that you sent as `If-Match`.";
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
        let response = ResponseBuilder::new().description(description).content("application/json", problem);
        BTreeMap::from([("412".to_owned(), response.build().into())])
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
