//! `DELETE /api/v1/catalogue/products/{id_or_slug}/images/{image_id}/`: away with an image.

use axum::extract::State;
use http::{StatusCode, Uri};
use shared::app::App;
use shared::catalogue::IdOrSlug;
use shared::catalogue::write::{ImagesEdit, ProductEdit};
use shared::http::{ApiError, PathId, Problem, Requires, StaffProblems, Two};
use shared::ids::ImageId;
use shared::users::permissions;

use crate::if_match::IfMatch;
use crate::images::get::image_of;
use crate::products::edit::OpenProduct;
use crate::products::errors::FieldPath;
use crate::redirects::PermanentRedirect;

/// Remove an image from a product
///
/// Those behind it move up. What lies at its address stays there.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/products/{id_or_slug}/images/{image_id}/",
    tag = "catalogue",
    operation_id = "delete_product_image",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The product's id or slug."),
        ("image_id" = ImageId, Path, description = "The image's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that is to be deleted."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such image."),
        (status = 412, body = Problem, description = "Somebody else has changed the product meanwhile."),
        StaffProblems,
    )
)]
pub(crate) async fn delete_product_image(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(Two(product, image)): PathId<Two<IdOrSlug, ImageId>>,
    if_match: IfMatch,
    uri: Uri,
) -> Result<StatusCode, ApiError> {
    let open = OpenProduct::open(&app, &product, &uri, &if_match).await?;
    image_of(&open.before, image)?;
    let edit = ProductEdit { images: ImagesEdit::Without(image), ..ProductEdit::default() };
    open.save(edit, FieldPath::Part).await?;
    Ok(StatusCode::NO_CONTENT)
}
