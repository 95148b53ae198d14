//! Redirects from an old slug to the new one, for every path at or below it.

use std::collections::BTreeMap;

use axum::response::Response;
use http::Uri;
use shared::app::db::Tx;
use shared::catalogue::store::{categories, product};
use shared::catalogue::{IdOrSlug, Visibility};
use shared::http::ApiError;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{RefOr, ResponseBuilder, response};
use utoipa::{IntoResponses, PartialSchema as _};

use crate::caching::moved_to;
use crate::products::read_request::ReadRequest;

/// The index of the slug in the path: `/api/v1/catalogue/products/{id_or_slug}/…`.
const SLUG_INDEX: usize = 5;

/// The response 301, for the API description.
#[derive(Debug)]
pub(crate) struct Moved;

/// The response 308, for the API description.
#[derive(Debug)]
pub(crate) struct PermanentRedirect;

/// Responds to a read whose product was not found: with a redirect if its slug has changed, otherwise with 404.
pub(crate) async fn moved_product(mut tx: Tx, request: &ReadRequest<IdOrSlug>) -> Result<Response, ApiError> {
    let new_slug = product::renamed_from(&mut tx, &request.id.slug, request.reader.visibility).await?;
    tx.commit().await?;
    let new_slug = new_slug.ok_or(ApiError::NotFound)?;
    Ok(request.reader.mark(moved_to(&with_slug(&request.uri, &new_slug))))
}

/// Does the same for a category.
pub(crate) async fn moved_category(mut tx: Tx, category: &IdOrSlug, uri: &Uri) -> Result<Response, ApiError> {
    let new_slug = categories::renamed_from(&mut tx, &category.slug).await?;
    tx.commit().await?;
    Ok(moved_to(&with_slug(uri, &new_slug.ok_or(ApiError::NotFound)?)))
}

/// Returns the error of a change whose product was not found: a redirect if its slug has changed, otherwise 404.
pub(crate) async fn no_such_product(tx: &mut Tx, product: &IdOrSlug, uri: &Uri) -> ApiError {
    let new_slug = product::renamed_from(tx, &product.slug, Visibility::Staff).await;
    moved_or_not_found(new_slug.map_err(ApiError::from), uri)
}

/// Does the same for a category.
pub(crate) async fn no_such_category(tx: &mut Tx, category: &IdOrSlug, uri: &Uri) -> ApiError {
    let new_slug = categories::renamed_from(tx, &category.slug).await;
    moved_or_not_found(new_slug.map_err(ApiError::from), uri)
}

fn moved_or_not_found(new_slug: Result<Option<String>, ApiError>, uri: &Uri) -> ApiError {
    match new_slug {
        Ok(Some(slug)) => ApiError::MovedTo(with_slug(uri, &slug)),
        Ok(None) => ApiError::NotFound,
        Err(error) => error,
    }
}

/// Returns the requested path and query with this slug in place of the old one.
fn with_slug(uri: &Uri, slug: &str) -> String {
    let parts = uri.path().split('/').enumerate().map(|(at, part)| if at == SLUG_INDEX { slug } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    uri.query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
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
    let location = HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some("Path and query of the same request with the new slug."))
        .build();
    let response = ResponseBuilder::new().description(description).header("Location", location);
    BTreeMap::from([(status.to_owned(), response.build().into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_the_slug_stays() {
        for (requested, expected) in [
            ("/api/v1/catalogue/products/old/", "/api/v1/catalogue/products/new/"),
            ("/api/v1/catalogue/products/old/?x=y&old=z", "/api/v1/catalogue/products/new/?x=y&old=z"),
            ("/api/v1/catalogue/products/old/variants/5/?", "/api/v1/catalogue/products/new/variants/5/?"),
        ] {
            assert_eq!(with_slug(&requested.parse().unwrap(), "new"), expected);
        }
    }
}
