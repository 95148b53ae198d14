//! Replaces or updates an image: `PUT` and `PATCH /api/v1/catalogue/products/{id_or_slug}/images/{image_id}/`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::write::{ImageTarget, ImagesEdit, ProductEdit};
use shared::catalogue::{IdOrSlug, ProductImage};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems, Two};
use shared::ids::ImageId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::images::body::{ReplaceImage, UpdateImage};
use crate::images::get::image_of;
use crate::products::audit_line::AuditLine;
use crate::products::edit::{OpenProduct, respond};
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Replace an image of a product
///
/// The image keeps its position if you leave out `display_order`. Without `alt_text` the description becomes blank, and without a variant
/// the image shows none.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "replace_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
        IfMatch,
    ),
    request_body = ReplaceImage,
    responses(
        (status = 200, body = ProductImage, description = "The image after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_product_image(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, ImageId>>,
    body: ChangeBody<ReplaceImage>,
) -> Result<Response, ApiError> {
    change(&app, editor, request, body.into_update()).await
}

/// Update an image of a product
///
/// Fields that you leave out stay as they are.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "update_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
        IfMatch,
    ),
    request_body = UpdateImage,
    responses(
        (status = 200, body = ProductImage, description = "The image after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_product_image(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, ImageId>>,
    body: ChangeBody<UpdateImage>,
) -> Result<Response, ApiError> {
    change(&app, editor, request, body).await
}

async fn change(
    app: &App,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, ImageId>>,
    ChangeBody(update, read_only): ChangeBody<UpdateImage>,
) -> Result<Response, ApiError> {
    let (request, id) = request.split();
    let open = OpenProduct::open(app, editor, &request).await?;
    read_only.check(image_of(&open.before.clone().with_base_url(&request.base.0), id)?)?;
    let image = update.edit(ImageTarget::Id(id), &request.base);
    let edit = ProductEdit { images: ImagesEdit::One(image), ..ProductEdit::default() };
    let product = open
        .save(edit, FieldPath::Part, AuditLine::of_image(Kind::ImageChanged, id))
        .await?
        .with_base_url(&request.base.0);
    respond(StatusCode::OK, product.version, image_of(&product, id)?)
}
