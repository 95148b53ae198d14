//! Creates an upload of an image: `POST /api/v1/catalogue/uploads/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, Body, Request, Requires, StaffProblems};
use shared::ids::UploadId;
use shared::storage;
use shared::uploads::store::{NewUpload, insert};
use shared::uploads::{ImageType, MAX_BYTES, Upload, UploadState, key};
use shared::users::permissions;

use crate::ImagePipeline;
use crate::upload_answer::{CreatedUpload, ImageUpload};

/// The image to be uploaded.
#[derive(Debug, Request)]
pub(crate) struct CreateUpload {
    /// Media type of the file.
    pub content_type: ImageType,
    /// Size of the file in bytes, at most 15 MiB.
    #[field(min = 1, max = MAX_BYTES)]
    #[schema(example = 48213)]
    pub bytes: u64,
}

/// Create an upload
///
/// `upload` describes the request that sends the file straight to the storage: within fifteen minutes, with exactly this type and size.
/// Then call `finish`, which checks the file. An unfinished upload is deleted after a week, its file after a day.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/uploads/",
    tag = "uploads",
    operation_id = "create_upload",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateUpload,
    responses(
        (status = 201, body = CreatedUpload, description = "The upload was created.", headers(
            ("Location" = String, description = "URL of the upload."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_upload(
    State(app): State<App>,
    State(pipeline): State<ImagePipeline>,
    Requires(actor, _): Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateUpload>,
) -> Result<impl axum::response::IntoResponse, ApiError> {
    let (id, now) = (UploadId(app.rng.random_uuid()), app.clock.now());
    let CreateUpload { content_type, bytes } = new;
    let file = storage::Upload { key: &key(id), content_type: content_type.as_str(), bytes };
    let request = pipeline.received.presign_upload(file, now).await?;
    let mut tx = app.db.begin().await?;
    insert(&mut tx, NewUpload { id, image_type: content_type, bytes }, &actor, now).await?;
    tx.commit().await?;
    let location = format!("{}/api/v1/catalogue/uploads/{id}/", base.0);
    let upload = Upload { id, created_at: now, image_type: content_type, bytes, state: UploadState::Waiting };
    let created = CreatedUpload { created: ImageUpload::of(upload, &base.0), upload: request.with_base_url(&base.0) };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(created)))
}
