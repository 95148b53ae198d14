//! Adds an image to a product: `POST /api/v1/catalogue/products/{id_or_slug}/images/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::write::{ImageTarget, ImagesEdit, ProductEdit};
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, BaseUrl, Body, PathId, Problem, Requires, StaffProblems};
use shared::ids::ImageId;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::images::body::CreateImage;
use crate::images::get::image_path;
use crate::products::edit::{OpenProduct, answer};
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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the product that your change is based on; you get 412 if it has another one."),
    ),
    request_body = CreateImage,
    responses(
        (status = 201, body = ProductImage, description = "The new image.", headers(
            ("Location" = String, description = "URL of the new image."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such product."),
        (status = 412, body = Problem, description = "The product has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn create_product_image(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(product): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(new): Body<CreateImage>,
) -> Result<Response, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    let before: Vec<ImageId> = open.before.images.iter().map(|image| image.id).collect();
    let image = new.edit(ImageTarget::New, &base);
    let edit = ProductEdit { images: ImagesEdit::One(image), ..ProductEdit::default() };
    let product = open.save(edit, FieldPath::Part).await?.with_base_url(&base.0);
    let made = product.images.iter().find(|image| !before.contains(&image.id));
    let made = made.ok_or_else(|| anyhow::anyhow!("an image that was just created does not exist"))?;
    let location = format!("{}{}", base.0, image_path(product.summary.id, made.id));
    let answer = answer(StatusCode::CREATED, product.version, made)?;
    Ok(([(LOCATION, location)], answer).into_response())
}
