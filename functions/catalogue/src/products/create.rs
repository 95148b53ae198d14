//! Creates a product with its variants, images and categories: `POST /api/v1/catalogue/products/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::Product;
use shared::http::{ApiError, BaseUrl, Editor, IdempotencyKey, Problem, RepeatableBody, StaffProblems};
use shared::idempotency_keys::KeyOwner;

use crate::products::audit_line::AuditLine;
use crate::products::body::{CreateProduct, UpdateProduct};
use crate::products::edit::{Edited, respond, write};
use crate::products::errors::FieldPath;
use crate::products::get::product_path;

/// Create a product
///
/// Creates the product with its variants, images and categories. If any part is invalid, nothing is created.
///
/// With an `Idempotency-Key` the request can be repeated for a day: one product is created, and a request with the same key and body gets 200 with
/// the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/",
    tag = "catalogue",
    operation_id = "create_product",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(IdempotencyKey),
    request_body = CreateProduct,
    responses(
        (status = 201, body = Product, description = "The new product.", headers(
            ("Location" = String, description = "URL of the new product."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        (status = 200, body = Product, description = "The product had been created before.",
            headers(("Idempotent-Replayed" = String, description = "`true`"))),
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        StaffProblems,
    )
)]
pub(crate) async fn create_product(
    State(app): State<App>,
    editor: Editor,
    base: BaseUrl,
    RepeatableBody(new, repeatable): RepeatableBody<CreateProduct>,
) -> Result<Response, ApiError> {
    let (repeatable, now) = (repeatable.of_actor(&editor.actor), app.clock.now());
    let mut tx = app.db.begin().await?;
    if let Some(first) = repeatable.replay(&mut tx, now).await? {
        return Ok(first);
    }
    let edit = UpdateProduct::from(new).edit(&base);
    let mut saved = write(tx, edit, FieldPath::Product, app.currency, Edited { editor, now, before: None }).await?;
    let location = format!("{}{}", base.0, product_path(saved.product.summary.id));
    let product = saved.product.clone().with_base_url(&base.0);
    let created = respond(StatusCode::CREATED, product.version, &product)?;
    let created = ([(LOCATION, location)], created).into_response();
    let created = repeatable.store(&mut saved.tx, KeyOwner::Shop, created).await?;
    saved.commit(AuditLine::of(Kind::ProductCreated)).await?;
    Ok(created)
}
