//! Gets an upload: `GET /api/v1/catalogue/uploads/{id}/`.

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, PathId, Problem, Requires, StaffProblems};
use shared::ids::UploadId;
use shared::uploads::store::find;
use shared::users::permissions;

use crate::upload_answer::ImageUpload;

/// Get an upload
///
/// Returns the status of the upload and, once it is finished, the URLs of the image.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue/uploads/{id}/",
    tag = "uploads",
    operation_id = "get_upload",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = UploadId, Path, description = "Id of the upload.")),
    responses(
        (status = 200, body = ImageUpload, description = "The upload."),
        (status = 404, body = Problem, description = "The upload does not exist."),
        StaffProblems,
    )
)]
pub(crate) async fn get_upload(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(id): PathId<UploadId>,
) -> Result<Json<ImageUpload>, ApiError> {
    let mut tx = app.db.read().await?;
    let upload = find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(Json(ImageUpload::of(upload, &base.0)))
}
