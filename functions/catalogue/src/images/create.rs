//! Adds an image to a product: `POST /api/v1/catalogue/products/{id_or_slug}/images/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::write::{ImageTarget, ImagesEdit, ProductEdit};
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, Editor, IdempotencyKey, Problem, RepeatableBody, StaffProblems};
use shared::idempotency_keys::KeyOwner;
use shared::ids::ImageId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::images::body::{CreateImage, UpdateImage};
use crate::images::get::image_path;
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Add an image to a product
///
/// Send the URL of an image on another server, or of an image that you have uploaded before.
///
/// With an `Idempotency-Key` the request can be repeated for a day: one image is added, and a request with the same key and body gets 200 with
/// the first answer and `Idempotent-Replayed: true`.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/",
    tag = "catalogue",
    operation_id = "create_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = CreateImage,
    responses(
        (status = 201, body = ProductImage, description = "The new image.", headers(
            ("Location" = String, description = "URL of the new image."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        (status = 200, body = ProductImage, description = "The image had been added before.",
            headers(("Idempotent-Replayed" = String, description = "`true`"))),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        (status = 422, body = Problem, description = "The key was used for another request: `idempotency_key_reused`."),
        StaffProblems,
    )
)]
pub(crate) async fn create_product_image(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    RepeatableBody(new, repeatable): RepeatableBody<CreateImage>,
) -> Result<Response, ApiError> {
    if new.id.is_some() {
        return Err(ApiError::field("id", "A new image gets its id from the shop. Leave it out."));
    }
    // The slug as text: a URL may write its letters in several ways.
    let images = format!("/api/v1/catalogue/products/{}/images/", request.id.slug);
    let repeatable = repeatable.of_actor(&editor.actor).at(images);
    let mut tx = app.db.begin().await?;
    if let Some(first) = repeatable.replay(&mut tx, app.clock.now()).await? {
        return Ok(first);
    }
    let open = OpenProduct::open_in(tx, &app, editor, &request).await?;
    let before: Vec<ImageId> = open.before.images.iter().map(|image| image.id).collect();
    let image = UpdateImage::from(new).edit(ImageTarget::New, &request.base);
    let edit = ProductEdit { images: ImagesEdit::One(image), ..ProductEdit::default() };
    let mut saved = open.write(edit, FieldPath::Part).await?;
    let product = saved.product.clone().with_base_url(&request.base.0);
    let created = product.images.iter().find(|image| !before.contains(&image.id));
    let created = created.ok_or_else(|| anyhow::anyhow!("an image that was just created does not exist"))?;
    let line = AuditLine::of_image(Kind::ImageCreated, created.id);
    let location = format!("{}{}", request.base.0, image_path(product.summary.id, created.id));
    let response = respond(StatusCode::CREATED, product.version, created)?;
    let response = ([(LOCATION, location)], response).into_response();
    let response = repeatable.store(&mut saved.tx, KeyOwner::Shop, response).await?;
    saved.commit(line).await?;
    Ok(response)
}
