//! Removes an image from a product: `DELETE /api/v1/catalogue/products/{id_or_slug}/images/{image_id}/`.

use axum::extract::State;
use http::StatusCode;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::IdOrSlug;
use shared::catalogue::write::{ImagesEdit, ProductEdit};
use shared::http::{ApiError, Editor, Problem, StaffProblems, Two};
use shared::ids::ImageId;

use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::images::get::image_of;
use crate::products::audit_line::AuditLine;
use crate::products::edit::OpenProduct;
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Remove an image from a product
///
/// The images after it move up by one position. The file at its URL is not deleted.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "delete_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the product."),
        ("image_id" = ImageId, Path, description = "Id of the image."),
        IfMatch,
    ),
    responses(
        (status = 204, description = "The image was deleted."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn delete_product_image(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<Two<IdOrSlug, ImageId>>,
) -> Result<StatusCode, ApiError> {
    let (request, image) = request.split();
    let open = OpenProduct::open(&app, editor, &request).await?;
    image_of(&open.before, image)?;
    let edit = ProductEdit { images: ImagesEdit::Without(image), ..ProductEdit::default() };
    open.save(edit, FieldPath::Part, AuditLine::of_image(Kind::ImageDeleted, image)).await?;
    Ok(StatusCode::NO_CONTENT)
}
