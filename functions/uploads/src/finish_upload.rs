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

use crate::picture::{Drawn, draw, name};
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
    params(("id" = UploadId, Path)),
    responses(
        (status = 200, body = ImageUpload, description = "The upload, finished."),
        (status = 400, body = Problem, description = "The file was refused: `size_mismatch`, `not_an_image`, `type_mismatch`, `too_many_pixels` or `damaged`."),
        (status = 404, body = Problem, description = "The upload does not exist."),
        (status = 409, body = Problem, description = "The file has not been sent: `not_uploaded_yet`."),
        StaffProblems,
    )
)]
pub(crate) async fn finish_upload(
    State(app): State<App>,
    State(pipeline): State<ImagePipeline>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(id): PathId<UploadId>,
) -> Result<Json<ImageUpload>, ApiError> {
    let mut upload = look_up(&app, id).await?;
    if matches!(upload.state, UploadState::Waiting) {
        let made = make(&pipeline, &upload).await?;
        // If the file is missing, a concurrent request has finished the upload and deleted it.
        upload = match made {
            Some(made) => end(&app, &pipeline, upload, made).await?,
            None => look_up(&app, id).await?,
        };
    }
    match upload.state {
        UploadState::Finished(_) => Ok(Json(ImageUpload::of(upload, &base.0))),
        UploadState::Refused(because) => {
            Err(ApiError::Malformed { detail: because.detail().to_owned(), code: because.as_str() })
        }
        UploadState::Waiting => Err(ApiError::conflict("not_uploaded_yet", "The file has not arrived. Send it first.")),
    }
}

async fn look_up(app: &App, id: UploadId) -> Result<Upload, ApiError> {
    let mut tx = app.db.read().await?;
    let upload = find(&mut tx, id).await?;
    tx.commit().await?;
    upload.ok_or(ApiError::NotFound)
}

/// Makes the public images of the file; `None` if there is no file.
async fn make(pipeline: &ImagePipeline, upload: &Upload) -> anyhow::Result<Option<Result<StoredImage, Refusal>>> {
    let key = upload.key();
    match pipeline.received.size(&key).await? {
        None => return Ok(None),
        Some(size) if size != upload.bytes => return Ok(Some(Err(Refusal::SizeMismatch))),
        Some(_) => {}
    }
    let Some(file) = pipeline.received.read(&key, 0..upload.bytes).await? else { return Ok(None) };
    let name = name(upload.id, &file);
    Ok(Some(match render(pipeline, file, upload.image_type).await? {
        Ok(drawn) => Ok(store_images(&pipeline.images, &name, drawn).await?),
        Err(because) => Err(because),
    }))
}

/// Renders the images on a blocking thread, because it takes a CPU for a second or two.
async fn render(
    pipeline: &ImagePipeline,
    file: Vec<u8>,
    declared: ImageType,
) -> anyhow::Result<Result<Drawn, Refusal>> {
    let permit = pipeline.drawing.clone().acquire_owned().await?;
    let drawing = tokio::task::spawn_blocking(move || {
        // The permit is held until the rendering ends, also when nobody waits for it any more.
        let _permit = permit;
        draw(&file, declared)
    });
    // A file that makes a decoder panic is treated like one that it refuses.
    Ok(drawing.await.unwrap_or_else(|error| {
        tracing::error!(%error, "image could not be rendered");
        Err(Refusal::Damaged)
    }))
}

/// Writes the images to public storage.
async fn store_images(images: &Images, name: &str, drawn: Drawn) -> anyhow::Result<StoredImage> {
    let (content_type, extension) = (drawn.content_type, drawn.extension);
    let key = |size: &str| format!("images/{name}{size}.{extension}");
    let url = |size: &str| format!("{}/{}", images.url, key(size));
    // A size that would be larger than the image is the image itself.
    let or_whole = |size: &str, file: &Option<Vec<u8>>| if file.is_some() { url(size) } else { url("") };
    let image = StoredImage {
        url: url(""),
        width: i32::try_from(drawn.width)?,
        height: i32::try_from(drawn.height)?,
        list_url: or_whole("-list", &drawn.list),
        page_url: or_whole("-page", &drawn.page),
        zoom_url: or_whole("-zoom", &drawn.zoom),
    };
    let files = [("", Some(drawn.whole)), ("-list", drawn.list), ("-page", drawn.page), ("-zoom", drawn.zoom)];
    let written = files.into_iter().filter_map(|(size, file)| Some((key(size), file?)));
    try_join_all(written.map(async |(key, file)| images.storage.write(&key, content_type, file).await)).await?;
    Ok(image)
}

/// Stores the result, unless a concurrent request was faster; then its result counts. The file is deleted.
async fn end(
    app: &App,
    pipeline: &ImagePipeline,
    upload: Upload,
    made: Result<StoredImage, Refusal>,
) -> Result<Upload, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let (ended, state) = match made {
        Ok(image) => (finish(&mut tx, upload.id, &image, now).await?, UploadState::Finished(image)),
        Err(because) => (refuse(&mut tx, upload.id, because, now).await?, UploadState::Refused(because)),
    };
    if !ended {
        drop(tx);
        return look_up(app, upload.id).await;
    }
    tx.commit().await?;
    if let Err(error) = pipeline.received.delete(&upload.key()).await {
        tracing::warn!(error = format!("{error:#}"), "processed file could not be deleted");
    }
    Ok(Upload { state, ..upload })
}
