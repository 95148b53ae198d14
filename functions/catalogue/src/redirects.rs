//! Redirects from an old slug to the new one, for every path at or below it.

use std::collections::BTreeMap;

use http::Uri;
use shared::app::db::Tx;
use shared::catalogue::store::{categories, product};
use shared::catalogue::{IdOrSlug, Visibility};
use shared::http::ApiError;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, ResponseBuilder, response};

/// The index of the slug in the path: `/api/v1/catalogue/products/{id_or_slug}/…`.
const SLUG_AT: usize = 5;

/// The response 301, for the API description.
#[derive(Debug)]
pub(crate) struct Moved;

/// The response 308, for the API description.
#[derive(Debug)]
pub(crate) struct PermanentRedirect;

/// Returns the requested path and query with this slug in place of the old one.
pub(crate) fn under(slug: &str, asked: &Uri) -> String {
    let parts = asked.path().split('/').enumerate().map(|(at, part)| if at == SLUG_AT { slug } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    asked.query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// Returns the error of a change whose product was not found: a redirect if its slug has changed, otherwise 404.
pub(crate) async fn no_such_product(tx: &mut Tx, product: &IdOrSlug, asked: &Uri) -> ApiError {
    told(product::renamed_from(tx, &product.slug, Visibility::Staff).await.map_err(ApiError::from), asked)
}

/// Does the same for a category.
pub(crate) async fn no_such_category(tx: &mut Tx, category: &IdOrSlug, asked: &Uri) -> ApiError {
    told(categories::renamed_from(tx, &category.slug).await.map_err(ApiError::from), asked)
}

fn told(renamed: Result<Option<String>, ApiError>, asked: &Uri) -> ApiError {
    match renamed {
        Ok(Some(slug)) => ApiError::MovedTo(under(&slug, asked)),
        Ok(None) => ApiError::NotFound,
        Err(error) => error,
    }
}

impl IntoResponses for Moved {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        described("301", "The slug has changed: follow `Location`.")
    }
}

impl IntoResponses for PermanentRedirect {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        described("308", "The slug has changed and nothing was written: send the same request to `Location`.")
    }
}

fn described(status: &str, description: &str) -> BTreeMap<String, RefOr<response::Response>> {
    BTreeMap::from([(status.to_owned(), ResponseBuilder::new().description(description).build().into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_the_slug_stays() {
        for (asked, expected) in [
            ("/api/v1/catalogue/products/old/", "/api/v1/catalogue/products/new/"),
            ("/api/v1/catalogue/products/old/?x=y&old=z", "/api/v1/catalogue/products/new/?x=y&old=z"),
            ("/api/v1/catalogue/products/old/variants/5/?", "/api/v1/catalogue/products/new/variants/5/?"),
        ] {
            assert_eq!(under("new", &asked.parse().unwrap()), expected);
        }
    }
}
