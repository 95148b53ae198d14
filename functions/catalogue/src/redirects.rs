//! What has another slug now: the old one leads to it, and so does every address below the old one.

use std::collections::BTreeMap;

use http::Uri;
use shared::app::db::Tx;
use shared::catalogue::store::{categories, product};
use shared::catalogue::{IdOrSlug, Visibility};
use shared::http::ApiError;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, ResponseBuilder, response};

/// Which part of the path the slug is: `/api/v1/catalogue/products/{id_or_slug}/…`.
const SLUG_AT: usize = 5;

/// 301, for the documentation.
#[derive(Debug)]
pub(crate) struct Moved;

/// 308, for the documentation.
#[derive(Debug)]
pub(crate) struct PermanentRedirect;

/// The address that was asked for, under this slug: all that is below it, and the query, stay as they are.
pub(crate) fn under(slug: &str, asked: &Uri) -> String {
    let parts = asked.path().split('/').enumerate().map(|(at, part)| if at == SLUG_AT { slug } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    asked.query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// Why a change finds no such product: it is to be sent to where the product is by now, or there is none.
pub(crate) async fn no_such_product(tx: &mut Tx, product: &IdOrSlug, asked: &Uri) -> ApiError {
    told(product::renamed_from(tx, &product.slug, Visibility::Staff).await.map_err(ApiError::from), asked)
}

/// The same of a category.
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
        described("301", "It has another slug now: `Location` says where it is.")
    }
}

impl IntoResponses for PermanentRedirect {
    fn responses() -> BTreeMap<String, RefOr<response::Response>> {
        described("308", "It has another slug now, and nothing was changed: send the same to `Location`.")
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
