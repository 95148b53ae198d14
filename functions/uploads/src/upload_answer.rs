//! The response bodies of uploads.

use serde::Serialize;
use shared::catalogue::{ImageFile, MainImage};
use shared::http::Problem;
use shared::ids::UploadId;
use shared::storage::PresignedRequest;
use shared::time::Timestamp;
use shared::uploads::{ImageType, Refusal, StoredImage, Upload, UploadState, UploadStatus};
use utoipa::ToSchema;

/// An upload of an image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageUpload {
    /// Id of the upload.
    pub id: UploadId,
    /// Status of the upload.
    pub status: UploadStatus,
    /// Time at which the upload was created.
    pub created_at: Timestamp,
    /// Declared media type of the image.
    pub content_type: ImageType,
    /// Declared size in bytes.
    pub bytes: u64,
    /// Reason for the refusal; null if the file was not refused.
    pub refusal: Option<Problem>,
    /// URL of the image in full size, for an image of a product; null until finished.
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// Dimensions of the image and URLs of its smaller sizes; null until finished.
    pub file: Option<ImageFile>,
}

/// An upload that was just created.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedUpload {
    /// Fields of the upload.
    #[serde(flatten)]
    pub created: ImageUpload,
    /// Request that sends the file.
    pub upload: PresignedRequest,
}

impl ImageUpload {
    /// Creates the response with absolute URLs.
    pub(crate) fn of(upload: Upload, base: &str) -> Self {
        let status = upload.state.status();
        let (url, file, refusal) = match upload.state {
            UploadState::Waiting => (None, None, None),
            UploadState::Finished(image) => {
                let whole = MainImage { url: image.url.clone(), alt_text: String::new(), list_url: None };
                (Some(whole.with_base_url(base).url), Some(file(image).with_base_url(base)), None)
            }
            UploadState::Refused(refusal) => (None, None, Some(problem(refusal))),
        };
        let Upload { id, created_at, image_type: content_type, bytes, .. } = upload;
        Self { id, status, created_at, content_type, bytes, refusal, url, file }
    }
}

fn file(image: StoredImage) -> ImageFile {
    let StoredImage { width, height, list_url, page_url, zoom_url, .. } = image;
    ImageFile { width, height, list_url, page_url, zoom_url }
}

fn problem(refusal: Refusal) -> Problem {
    Problem { detail: refusal.detail().to_owned(), code: refusal.as_str().to_owned() }
}
