//! Adds an image to a product: `POST /api/v1/catalogue/products/{id_or_slug}/images/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::catalogue::write::{ImageTarget, ImagesEdit, ProductEdit};
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, Body, Problem, Requires, StaffProblems};
use shared::ids::ImageId;
use shared::users::permissions;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::images::body::{CreateImage, UpdateImage};
use crate::images::get::image_path;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Add an image to a product
///
/// Send the URL of an image on another server, or of an image that you have uploaded before.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/",
    tag = "catalogue",
    operation_id = "create_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        IfMatch,
    ),
    request_body = CreateImage,
    responses(
        (status = 201, body = ProductImage, description = "The new image.", headers(
            ("Location" = String, description = "URL of the new image."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn create_product_image(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    request: ChangeRequest<IdOrSlug>,
    Body(new): Body<CreateImage>,
) -> Result<Response, ApiError> {
    if new.id.is_some() {
        return Err(ApiError::field("id", "A new image gets its id from the shop. Leave it out."));
    }
    let open = OpenProduct::open(&app, &request).await?;
    let before: Vec<ImageId> = open.before.images.iter().map(|image| image.id).collect();
    let image = UpdateImage::from(new).edit(ImageTarget::New, &request.base);
    let edit = ProductEdit { images: ImagesEdit::One(image), ..ProductEdit::default() };
    let product = open.save(edit, FieldPath::Part).await?.with_base_url(&request.base.0);
    let created = product.images.iter().find(|image| !before.contains(&image.id));
    let created = created.ok_or_else(|| anyhow::anyhow!("an image that was just created does not exist"))?;
    let location = format!("{}{}", request.base.0, image_path(product.summary.id, created.id));
    let response = respond(StatusCode::CREATED, product.version, created)?;
    Ok(([(LOCATION, location)], response).into_response())
}
