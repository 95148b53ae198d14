//! `GET /api/v1/catalogue/products/{id_or_slug}/`: one product.

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

/// Read a product
///
/// With its description, images, variants and their stock. Whoever may change the catalogue also sees what is not for sale.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "get_product",
    security((), ("bearer" = []), ("api_key" = [])),
    params(("id_or_slug" = String, Path, description = "The product's id or slug.")),
    responses(
        (status = 200, body = Product, description = "The product.", headers(
            ("ETag" = String, description = "For `If-None-Match`, and for `If-Match` of the next change."),
            ("Last-Modified" = String, description = "When staff last changed it, for information: what is sold changes the `ETag` alone."),
            ("Cache-Control" = String, description = "How long it may be kept."),
            ("Vary" = String, description = "Staff see more than others."),
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

/// Where a product is.
pub(crate) fn product_path(id_or_slug: impl std::fmt::Display) -> String {
    format!("/api/v1/catalogue/products/{id_or_slug}/")
}
