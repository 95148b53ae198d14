//! Finishes an upload: `POST /api/v1/catalogue/uploads/{id}/finish/`.
//!
//! The row in the database decides, and it is written last. Until then nothing is visible: a repeated or concurrent request reads the same
//! file, renders the same images and writes them under the same keys.

use axum::Json;
use axum::extract::State;
use futures_util::future::try_join_all;
use shared::app::App;
use shared::http::{ApiError, BaseUrl, PathId, Problem, Requires, StaffProblems};
use shared::ids::UploadId;
use shared::uploads::store::{find, finish, refuse};
use shared::uploads::{ImageType, Refusal, StoredImage, Upload, UploadState};
use shared::users::permissions;

use crate::picture::{RenderedImage, name, render};
use crate::upload_answer::ImageUpload;
use crate::{ImagePipeline, Images};

/// Finish an upload
///
/// Checks the file that was sent and makes an image of it: upright, without metadata such as the location, in four sizes. Use `url` for an
/// image of a product. The request is safe to repeat: the response stays the same. A file that is refused is refused for good; create a new
/// upload for another one.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/uploads/{id}/finish/",
    tag = "uploads",
    operation_id = "finish_upload",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = UploadId, Path, description = "Id of the upload.")),
    responses(
        (status = 200, body = ImageUpload, description = "The upload, finished."),
        StaffProblems,
        // After `StaffProblems`, because the last response with a status counts.
        (status = 400, body = Problem, description = "The file was refused: `size_mismatch`, `not_an_image`, `type_mismatch`, `too_many_pixels` or `damaged`."),
        (status = 404, body = Problem, description = "The upload does not exist."),
        (status = 409, body = Problem, description = "The file has not been sent: `not_uploaded_yet`."),
    )
)]
pub(crate) async fn finish_upload(
    State(app): State<App>,
    State(pipeline): State<ImagePipeline>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(id): PathId<UploadId>,
) -> Result<Json<ImageUpload>, ApiError> {
    let mut upload = find_upload(&app, id).await?;
    if matches!(upload.state, UploadState::Waiting) {
        let result = process_file(&pipeline, &upload).await?;
        // If the file is missing, a concurrent request has finished the upload and deleted it.
        upload = match result {
            Some(result) => store_result(&app, &pipeline, upload, result).await?,
            None => find_upload(&app, id).await?,
        };
    }
    match upload.state {
        UploadState::Finished(_) => Ok(Json(ImageUpload::of(upload, &base.0))),
        UploadState::Refused(refusal) => {
            Err(ApiError::Malformed { detail: refusal.detail().to_owned(), code: refusal.as_str() })
        }
        UploadState::Waiting => {
            Err(ApiError::conflict("not_uploaded_yet", "The file was not uploaded. Upload it first."))
        }
    }
}

async fn find_upload(app: &App, id: UploadId) -> Result<Upload, ApiError> {
    let mut tx = app.db.read().await?;
    let upload = find(&mut tx, id).await?;
    tx.commit().await?;
    upload.ok_or(ApiError::NotFound)
}

/// Checks the file and makes its public images; `None` if there is no file.
async fn process_file(
    pipeline: &ImagePipeline,
    upload: &Upload,
) -> anyhow::Result<Option<Result<StoredImage, Refusal>>> {
    let key = upload.key();
    match pipeline.received.size(&key).await? {
        None => return Ok(None),
        Some(size) if size != upload.bytes => return Ok(Some(Err(Refusal::SizeMismatch))),
        Some(_) => {}
    }
    let Some(file) = pipeline.received.read(&key, 0..upload.bytes).await? else { return Ok(None) };
    let name = name(upload.id, &file);
    Ok(Some(match render_blocking(pipeline, file, upload.image_type).await? {
        Ok(rendered) => Ok(store_images(&pipeline.images, &name, rendered).await?),
        Err(refusal) => Err(refusal),
    }))
}

/// Renders the images on a blocking thread, because it takes a CPU for a second or two.
async fn render_blocking(
    pipeline: &ImagePipeline,
    file: Vec<u8>,
    declared: ImageType,
) -> anyhow::Result<Result<RenderedImage, Refusal>> {
    let permit = pipeline.render_permit.clone().acquire_owned().await?;
    let rendering = tokio::task::spawn_blocking(move || {
        // The permit is held until the rendering ends, even if the request was dropped.
        let _permit = permit;
        render(&file, declared)
    });
    // A file that makes a decoder panic is treated like one that it refuses.
    Ok(rendering.await.unwrap_or_else(|error| {
        tracing::error!(%error, "image could not be rendered");
        Err(Refusal::Damaged)
    }))
}

/// Writes the images to public storage.
async fn store_images(images: &Images, name: &str, rendered: RenderedImage) -> anyhow::Result<StoredImage> {
    let (content_type, extension) = (rendered.content_type, rendered.extension);
    let key = |size: &str| format!("images/{name}{size}.{extension}");
    let url = |size: &str| format!("{}/{}", images.url, key(size));
    // A size that would be larger than the image is the image itself.
    let or_full = |size: &str, file: &Option<Vec<u8>>| if file.is_some() { url(size) } else { url("") };
    let image = StoredImage {
        url: url(""),
        width: i32::try_from(rendered.width)?,
        height: i32::try_from(rendered.height)?,
        list_url: or_full("-list", &rendered.list),
        page_url: or_full("-page", &rendered.page),
        zoom_url: or_full("-zoom", &rendered.zoom),
    };
    let files =
        [("", Some(rendered.whole)), ("-list", rendered.list), ("-page", rendered.page), ("-zoom", rendered.zoom)];
    let written = files.into_iter().filter_map(|(size, file)| Some((key(size), file?)));
    try_join_all(written.map(async |(key, file)| images.storage.write(&key, content_type, file).await)).await?;
    Ok(image)
}

/// Stores the result, unless a concurrent request was faster; then its result counts. The file is deleted.
async fn store_result(
    app: &App,
    pipeline: &ImagePipeline,
    upload: Upload,
    result: Result<StoredImage, Refusal>,
) -> Result<Upload, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let (ended, state) = match result {
        Ok(image) => (finish(&mut tx, upload.id, &image, now).await?, UploadState::Finished(image)),
        Err(refusal) => (refuse(&mut tx, upload.id, refusal, now).await?, UploadState::Refused(refusal)),
    };
    if !ended {
        drop(tx);
        return find_upload(app, upload.id).await;
    }
    tx.commit().await?;
    if let Err(error) = pipeline.received.delete(&upload.key()).await {
        tracing::warn!(error = format!("{error:#}"), "processed file could not be deleted");
    }
    Ok(Upload { state, ..upload })
}
