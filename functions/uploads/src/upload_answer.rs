//! What is told of an upload.

use serde::Serialize;
use shared::catalogue::{ImageFile, MainImage};
use shared::http::Problem;
use shared::ids::UploadId;
use shared::storage::PresignedRequest;
use shared::time::Timestamp;
use shared::uploads::{ImageType, Refusal, StoredImage, Upload, UploadState, UploadStatus};
use utoipa::ToSchema;

/// An upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageUpload {
    /// Which.
    pub id: UploadId,
    /// How far it is.
    pub status: UploadStatus,
    /// When it was begun.
    pub created_at: Timestamp,
    /// What the file is.
    pub content_type: ImageType,
    /// How many bytes it has.
    pub bytes: u64,
    /// Why it was refused; null while it was not.
    pub refusal: Option<Problem>,
    /// Where the image is, in its full size: for the `url` of a product's image. Null until it is finished.
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// How large it is, and where the smaller ones are. Null until it is finished.
    pub file: Option<ImageFile>,
}

/// An upload that was just begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedUpload {
    /// The upload.
    #[serde(flatten)]
    pub begun: ImageUpload,
    /// How to send the file.
    pub upload: PresignedRequest,
}

impl ImageUpload {
    /// With absolute URLs.
    pub(crate) fn of(upload: Upload, base: &str) -> Self {
        let status = upload.state.status();
        let (url, file, refusal) = match upload.state {
            UploadState::Waiting => (None, None, None),
            UploadState::Finished(image) => {
                let whole = MainImage { url: image.url.clone(), alt_text: String::new(), list_url: None };
                (Some(whole.with_base_url(base).url), Some(file(image).with_base_url(base)), None)
            }
            UploadState::Refused(because) => (None, None, Some(problem(because))),
        };
        let Upload { id, created_at, image_type: content_type, bytes, .. } = upload;
        Self { id, status, created_at, content_type, bytes, refusal, url, file }
    }
}

fn file(image: StoredImage) -> ImageFile {
    let StoredImage { width, height, list_url, page_url, zoom_url, .. } = image;
    ImageFile { width, height, list_url, page_url, zoom_url }
}

fn problem(because: Refusal) -> Problem {
    Problem { detail: because.detail().to_owned(), code: because.code().to_owned() }
}
