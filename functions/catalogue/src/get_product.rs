//! `GET /api/v1/catalogue/products/{id_or_slug}/`: one product.

use axum::extract::State;
use axum::response::Response;
use shared::app::App;
use shared::catalogue::store::product::find;
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, BaseUrl, PathId, Problem, PublicProblems};

use crate::cached::{NotModified, Seen};

/// Read a product
///
/// With its description, images, variants and their stock.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_product",
    params(("id_or_slug" = String, Path, description = "The product's id or slug.")),
    responses(
        (status = 200, body = Product, description = "The product."),
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product(
    State(app): State<App>,
    base: BaseUrl,
    seen: Seen,
    PathId(product): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.read().await?;
    let product = find(&mut tx, &product).await?;
    tx.commit().await?;
    seen.or(&product.ok_or(ApiError::NotFound)?.with_base_url(&base.0))
}
