//! Deletes a product, or archives it if orders refer to it: `DELETE /api/v1/catalogue/products/{id_or_slug}/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::store::product::find;
use shared::catalogue::store::write::{bump_versions, delete_or_archive_product, refresh_product_cards};
use shared::catalogue::{IdOrSlug, Product, Visibility};
use shared::http::{ApiError, BaseUrl, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::products::edit::{OpenProduct, answer};
use crate::redirects::PermanentRedirect;

/// Delete a product
///
/// A product that orders refer to is archived instead: customers no longer see it in the shop, and staff can still look it up.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that you want to delete; you get 412 if it has another one."),
    ),
    responses(
        (status = 200, body = Product, description = "Orders refer to the product, so it was archived."),
        (status = 204, description = "It is gone, and what there was of it is written off."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_product(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    let (id, now, mut tx) = (open.id(), open.now, open.tx);
    if delete_or_archive_product(&mut tx, id).await? {
        tx.commit().await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    bump_versions(&mut tx, &[id], now).await?;
    refresh_product_cards(&mut tx, &[id]).await?;
    let product = find(&mut tx, &id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    answer(StatusCode::OK, product.version, &product.with_base_url(&base.0))
}
