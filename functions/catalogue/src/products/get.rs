//! Gets a product: `GET /api/v1/catalogue/products/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::product::{read, renamed_from};
use shared::catalogue::{IdOrSlug, Product};
use shared::http::{ApiError, BaseUrl, PathId, Problem, PublicProblems};

use crate::caching::{IfNoneMatch, NotModified, last_modified, moved_to};
use crate::reader::CatalogueReader;
use crate::redirects::{Moved, under};

/// Get a product
///
/// Returns the product with its description, images, variants and their stock. Staff who may change the catalogue also see products that
/// are not for sale.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_product",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "Id or slug of the product.")),
    responses(
        (status = 200, body = Product, description = "The product with this id or slug.", headers(
            ("ETag" = String, description = "Version to send as `If-None-Match` when you get the product again, or as `If-Match` with your next change."),
            ("Last-Modified" = String, description = "Time of the last change by staff, for information only: sales change the `ETag` but not this time."),
            ("Cache-Control" = String, description = "Time for which you may cache the response."),
            ("Vary" = String, description = "`Authorization`, because staff see more than others."),
        )),
        Moved,
        NotModified,
        (status = 404, body = Problem, description = "There is no such product, or it is not for sale."),
        PublicProblems,
    )
)]
pub(crate) async fn get_product(
    State(app): State<App>,
    viewer: CatalogueReader,
    base: BaseUrl,
    uri: Uri,
    if_none_match: IfNoneMatch,
    PathId(asked): PathId<IdOrSlug>,
) -> Result<Response, ApiError> {
    if let Some(product) = read(&app.db, &asked, viewer.sight).await? {
        let (version, updated_at) = (product.version, product.updated_at);
        let answer = if_none_match.or_version(version, &product.with_base_url(&base.0))?;
        return viewer.answer(last_modified(answer, updated_at)?);
    }
    let mut tx = app.db.read().await?;
    let renamed = renamed_from(&mut tx, &asked.slug, viewer.sight).await?;
    tx.commit().await?;
    renamed.map_or(Err(ApiError::NotFound), |slug| viewer.answer(moved_to(&under(&slug, &uri))))
}

/// Returns the path of a product in the API.
pub(crate) fn product_path(id_or_slug: impl std::fmt::Display) -> String {
    format!("/api/v1/catalogue/products/{id_or_slug}/")
}
