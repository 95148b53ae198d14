//! Deletes a product, or archives it if orders or carts refer to it: `DELETE /api/v1/catalogue/products/{id_or_slug}/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::store::product::find;
use shared::catalogue::store::write::{delete_or_archive_product, refresh_product_cards};
use shared::catalogue::{IdOrSlug, Product, Visibility};
use shared::http::{ApiError, Editor, Problem, StaffProblems};
use shared::users::Stamp;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::redirects::PermanentRedirect;

/// Delete a product
///
/// A product that orders or carts refer to is archived instead: customers no longer see it in the shop, it stays in carts as lines that cannot be
/// ordered, and staff can still look it up.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "delete_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    responses(
        (status = 200, body = Product, description = "Orders or carts refer to the product, so it was archived."),
        (status = 204, description = "The product was deleted, and its stock was written off."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_product(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, editor, &request).await?;
    let (id, now, editor, mut tx) = (open.id(), open.now, open.editor, open.tx);
    if delete_or_archive_product(&mut tx, id, Stamp { by: editor.actor.id(), at: now }).await? {
        let details = AuditLine::of(Kind::ProductDeleted).details(None, &open.before);
        editor.record(&mut tx, Kind::ProductDeleted, details, now).await?;
        tx.commit().await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    refresh_product_cards(&mut tx, &[id]).await?;
    let product = find(&mut tx, &id.into(), Visibility::Staff).await?.ok_or(ApiError::NotFound)?;
    let details = AuditLine::of(Kind::ProductArchived).details(Some(&open.before), &product);
    editor.record(&mut tx, Kind::ProductArchived, details, now).await?;
    tx.commit().await?;
    respond(StatusCode::OK, product.version, &product.with_base_url(&request.base.0))
}
