//! Gets the catalogue: `GET /api/v1/catalogue/`.

use axum::response::Response;
use serde::Serialize;
use shared::http::{ApiError, BaseUrl, PublicProblems};
use utoipa::ToSchema;

use crate::caching::{IfNoneMatch, NotModified};

/// The URLs of the parts of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueRoot {
    /// URL of the products.
    #[schema(format = "uri")]
    pub(crate) products: String,
    /// URL of the brands.
    #[schema(format = "uri")]
    pub(crate) brands: String,
    /// URL of the category tree.
    #[schema(format = "uri")]
    pub(crate) categories: String,
    /// URL of the attributes.
    #[schema(format = "uri")]
    pub(crate) attributes: String,
}

/// Get the catalogue
///
/// Returns the URLs of its parts: products, brands, categories and attributes.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/",
    tag = "catalogue",
    operation_id = "get_catalogue",
    responses((status = 200, body = CatalogueRoot, description = "The URLs of the parts of the catalogue."), NotModified, PublicProblems)
)]
pub(crate) async fn get_catalogue(base: BaseUrl, if_none_match: IfNoneMatch) -> Result<Response, ApiError> {
    let url = |part: &str| format!("{}/api/v1/catalogue/{part}/", base.0);
    if_none_match.respond(&CatalogueRoot {
        products: url("products"),
        brands: url("brands"),
        categories: url("categories"),
        attributes: url("attributes"),
    })
}
