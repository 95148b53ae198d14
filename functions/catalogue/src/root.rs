//! `GET /api/v1/catalogue/`: where everything is.

use axum::response::Response;
use serde::Serialize;
use shared::http::{ApiError, BaseUrl, PublicProblems};
use utoipa::ToSchema;

use crate::caching::{IfNoneMatch, NotModified};

/// Where the parts of the catalogue are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueRoot {
    /// The products.
    #[schema(format = "uri")]
    pub(crate) products: String,
    /// The brands.
    #[schema(format = "uri")]
    pub(crate) brands: String,
    /// The category tree.
    #[schema(format = "uri")]
    pub(crate) categories: String,
    /// The attributes.
    #[schema(format = "uri")]
    pub(crate) attributes: String,
}

/// See what the catalogue has
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/",
    tag = "catalogue",
    operation_id = "get_catalogue",
    responses((status = 200, body = CatalogueRoot, description = "Where everything is."), NotModified, PublicProblems)
)]
pub(crate) async fn get_catalogue(base: BaseUrl, if_none_match: IfNoneMatch) -> Result<Response, ApiError> {
    let url = |part: &str| format!("{}/api/v1/catalogue/{part}/", base.0);
    if_none_match.or(&CatalogueRoot {
        products: url("products"),
        brands: url("brands"),
        categories: url("categories"),
        attributes: url("attributes"),
    })
}
