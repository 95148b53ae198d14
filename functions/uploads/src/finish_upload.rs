//! `POST /api/v1/catalogue/uploads/{id}/finish/`: looks at what has arrived, and makes an image of the shop's of it.
//!
//! The row decides, and it is written last. Until then nothing is visible: whoever comes again, or at the same time, reads the same file,
//! draws the same images and writes them to the same places.

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
use crate::{Images, Shelves};

/// Finish an upload
///
/// Looks at the file that was sent and makes an image of the shop's of it: turned upright, without what cameras write into it (such as the
/// place), in four sizes. `url` goes into a product's images. Safe to repeat: the answer stays the same. A file that is refused is refused for
/// good, for another one begin anew.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/uploads/{id}/finish/",
    tag = "uploads",
    operation_id = "finish_upload",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(("id" = UploadId, Path)),
    responses(
        (status = 200, body = ImageUpload, description = "The upload, finished."),
        (status = 400, body = Problem, description = "The file is refused: `other_size`, `not_an_image`, `other_type`, `too_many_pixels` or `damaged`."),
        (status = 404, body = Problem, description = "There is no such upload."),
        (status = 409, body = Problem, description = "The file has not arrived: `not_uploaded_yet`."),
        StaffProblems,
    )
)]
pub(crate) async fn finish_upload(
    State(app): State<App>,
    State(shelves): State<Shelves>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    PathId(id): PathId<UploadId>,
) -> Result<Json<ImageUpload>, ApiError> {
    let mut upload = look_up(&app, id).await?;
    if matches!(upload.state, UploadState::Waiting) {
        let made = make(&shelves, &upload).await?;
        // Ended by somebody who was quicker, if the file is not there: they delete it.
        upload = match made {
            Some(made) => end(&app, &shelves, upload, made).await?,
            None => look_up(&app, id).await?,
        };
    }
    match upload.state {
        UploadState::Finished(_) => Ok(Json(ImageUpload::of(upload, &base.0))),
        UploadState::Refused(because) => {
            Err(ApiError::Malformed { detail: because.detail().to_owned(), code: because.code() })
        }
        UploadState::Waiting => Err(ApiError::conflict("not_uploaded_yet", "The file has not arrived; send it first.")),
    }
}

async fn look_up(app: &App, id: UploadId) -> Result<Upload, ApiError> {
    let mut tx = app.db.read().await?;
    let upload = find(&mut tx, id).await?;
    tx.commit().await?;
    upload.ok_or(ApiError::NotFound)
}

/// Images of the file, where everybody sees them; `None` where there is no file.
async fn make(shelves: &Shelves, upload: &Upload) -> anyhow::Result<Option<Result<StoredImage, Refusal>>> {
    let key = upload.key();
    match shelves.received.size(&key).await? {
        None => return Ok(None),
        Some(size) if size != upload.bytes => return Ok(Some(Err(Refusal::OtherSize))),
        Some(_) => {}
    }
    let Some(file) = shelves.received.read(&key, 0..upload.bytes).await? else { return Ok(None) };
    let name = name(upload.id, &file);
    Ok(Some(match drawn(shelves, file, upload.image_type).await? {
        Ok(drawn) => Ok(hang(&shelves.images, &name, drawn).await?),
        Err(because) => Err(because),
    }))
}

/// Drawn beside the requests, because it takes a processor for a second or two.
async fn drawn(shelves: &Shelves, file: Vec<u8>, said: ImageType) -> anyhow::Result<Result<Drawn, Refusal>> {
    let place = shelves.drawing.clone().acquire_owned().await?;
    let drawing = tokio::task::spawn_blocking(move || {
        // Kept to the end even when nobody waits for it any more.
        let _place = place;
        draw(&file, said)
    });
    // A file that makes a decoder panic is no better than one that it refuses.
    Ok(drawing.await.unwrap_or_else(|error| {
        tracing::error!(%error, "an image could not be drawn");
        Err(Refusal::Damaged)
    }))
}

/// Writes the images to where everybody sees them.
async fn hang(images: &Images, name: &str, drawn: Drawn) -> anyhow::Result<StoredImage> {
    let (content_type, extension) = (drawn.content_type, drawn.extension);
    let key = |size: &str| format!("images/{name}{size}.{extension}");
    let url = |size: &str| format!("{}/{}", images.url, key(size));
    // A size that would be larger than the image is the image.
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

/// Writes down what came of it, unless somebody was quicker; then what they wrote is what it is. The file is of no use any more.
async fn end(
    app: &App,
    shelves: &Shelves,
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
    if let Err(error) = shelves.received.delete(&upload.key()).await {
        tracing::warn!(error = format!("{error:#}"), "a file that is done with stays until the storage forgets it");
    }
    Ok(Upload { state, ..upload })
}
