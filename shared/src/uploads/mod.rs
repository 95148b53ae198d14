//! Images on their way in: what may come, and how an upload ends.

pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::UploadId;
use crate::time::Timestamp;

/// What a file may weigh, in bytes: 15 MiB.
pub const MAX_BYTES: u64 = 15 * 1024 * 1024;

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum ImageType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    WebP,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadStatus {
    /// The file is to be sent, or to be looked at.
    Waiting,
    /// It is an image of the shop's.
    Finished,
    /// What was sent is none, and stays so.
    Refused,
}

/// Why a file is no image of ours. For good: whoever has a better one begins a new upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is longer or shorter than was said.
    OtherSize,
    /// Neither a JPEG, a PNG nor a WebP.
    NotAnImage,
    /// One of them, and not the one that was said.
    OtherType,
    /// More than 10,000 pixels a side, or 40 million in all.
    TooManyPixels,
    /// It begins as an image and cannot be read to its end.
    Damaged,
}

/// An upload.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Which.
    pub id: UploadId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// What the file was to be.
    pub image_type: ImageType,
    /// How many bytes it was to have.
    pub bytes: u64,
    /// How far it is.
    pub state: UploadState,
}

/// How far an upload is, with what there is to know of that.
#[derive(Clone, Debug)]
pub enum UploadState {
    /// Nothing is decided.
    Waiting,
    /// This came of it.
    Finished(StoredImage),
    /// Nothing comes of it.
    Refused(Refusal),
}

/// An image in the shop's own storage: where it is, and the smaller ones that were made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// In its full size.
    pub url: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// In the size for lists.
    pub list_url: String,
    /// In the size for a product's page.
    pub page_url: String,
    /// As large as one may want to look at it.
    pub zoom_url: String,
}

impl Upload {
    /// Where its file lies in the private storage.
    pub fn key(&self) -> String {
        key(self.id)
    }
}

/// Where the file of an upload lies in the private storage.
pub fn key(upload: UploadId) -> String {
    format!("uploads/{upload}")
}

impl UploadState {
    /// In one word.
    pub fn status(&self) -> UploadStatus {
        match self {
            Self::Waiting => UploadStatus::Waiting,
            Self::Finished(_) => UploadStatus::Finished,
            Self::Refused(_) => UploadStatus::Refused,
        }
    }
}

impl ImageType {
    const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::WebP];

    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// As `Content-Type` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

impl Refusal {
    const ALL: [Self; 5] = [Self::OtherSize, Self::NotAnImage, Self::OtherType, Self::TooManyPixels, Self::Damaged];

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// For programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherSize => "other_size",
            Self::NotAnImage => "not_an_image",
            Self::OtherType => "other_type",
            Self::TooManyPixels => "too_many_pixels",
            Self::Damaged => "damaged",
        }
    }

    /// For people.
    pub fn detail(self) -> &'static str {
        match self {
            Self::OtherSize => "The file has another size than was said.",
            Self::NotAnImage => "The file is neither a JPEG, a PNG nor a WebP.",
            Self::OtherType => "The file is an image of another type than was said.",
            Self::TooManyPixels => "The image has more than 10,000 pixels a side, or more than 40 million in all.",
            Self::Damaged => "The image cannot be read to its end.",
        }
    }
}
