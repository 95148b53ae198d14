//! Uploads of images: which files are accepted, and the states of an upload.

pub mod store;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;

use crate::fields::{Fields, FromField};
use crate::ids::UploadId;
use crate::time::Timestamp;

/// Maximum size of a file in bytes: 15 MiB.
pub const MAX_BYTES: u64 = 15 * 1024 * 1024;

/// The accepted types of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
pub enum ImageType {
    /// JPEG, media type `image/jpeg`.
    #[serde(rename = "image/jpeg")]
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    /// PNG, media type `image/png`.
    #[serde(rename = "image/png")]
    #[strum(serialize = "image/png")]
    Png,
    /// WebP, media type `image/webp`.
    #[serde(rename = "image/webp")]
    #[strum(serialize = "image/webp")]
    WebP,
}

/// Status of an upload: `waiting` (the file was not sent yet, or was not checked yet), `finished` (the image can be used) or `refused` (the file
/// was refused for good).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadStatus {
    /// The file was not sent yet, or was not checked yet.
    Waiting,
    /// The image is stored and can be used.
    Finished,
    /// The file was refused for good.
    Refused,
}

/// The reasons for which a file is refused for good. Another try needs a new upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    /// The file is longer or shorter than declared.
    SizeMismatch,
    /// The file is not a JPEG, PNG or WebP image.
    NotAnImage,
    /// The file is an image of another type than declared.
    TypeMismatch,
    /// The image has more than 10,000 pixels a side or 40 million in all.
    TooManyPixels,
    /// The file begins as an image and cannot be decoded to its end.
    Damaged,
}

/// An upload of an image.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Id of the upload.
    pub id: UploadId,
    /// Time at which the upload was created.
    pub created_at: Timestamp,
    /// Declared type of the image.
    pub image_type: ImageType,
    /// Declared size in bytes.
    pub bytes: u64,
    /// State of the upload.
    pub state: UploadState,
}

/// The state of an upload, with its result.
#[derive(Clone, Debug)]
pub enum UploadState {
    /// The file was not sent yet, or was not checked yet.
    Waiting,
    /// The upload became this image.
    Finished(StoredImage),
    /// The file was refused for this reason.
    Refused(Refusal),
}

/// An image in public storage with its smaller sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// URL of the image in full size.
    pub url: String,
    /// Width of the full size in pixels.
    pub width: i32,
    /// Height of the full size in pixels.
    pub height: i32,
    /// URL of the size for lists.
    pub list_url: String,
    /// URL of the size for a product's page.
    pub page_url: String,
    /// URL of the largest size, for looking at details.
    pub zoom_url: String,
}

impl Upload {
    /// Returns the key of the file in private storage.
    pub fn key(&self) -> String {
        key(self.id)
    }
}

/// Returns the key of an upload's file in private storage.
pub fn key(upload: UploadId) -> String {
    format!("uploads/{upload}")
}

impl UploadState {
    /// Returns the status without the result.
    pub fn status(&self) -> UploadStatus {
        match self {
            Self::Waiting => UploadStatus::Waiting,
            Self::Finished(_) => UploadStatus::Finished,
            Self::Refused(_) => UploadStatus::Refused,
        }
    }
}

impl ImageType {
    /// Returns the media type, as in `Content-Type`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl FromField for ImageType {
    fn read(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.choice(name, |text| text.parse().ok())
    }
}

impl Refusal {
    /// Returns the error code, for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the error text, for people.
    pub fn detail(self) -> &'static str {
        match self {
            Self::SizeMismatch => "The file does not have the declared size.",
            Self::NotAnImage => "The file is not a JPEG, PNG or WebP image.",
            Self::TypeMismatch => "The image does not have the declared type.",
            Self::TooManyPixels => {
                "The image is too large: it has more than 10,000 pixels a side, or more than 40 million in all."
            }
            Self::Damaged => "The image is damaged and cannot be read to its end.",
        }
    }
}
