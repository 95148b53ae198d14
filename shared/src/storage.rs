//! File storage for uploads, images and downloads: S3 in AWS, a folder on the local server.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::time::Timestamp;

/// Time within which a presigned upload or download must begin.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

/// A file to be uploaded by a presigned request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// Key of the file.
    pub key: &'a str,
    /// Media type; the storage accepts no other.
    pub content_type: &'a str,
    /// Size in bytes; the storage accepts neither more nor fewer.
    pub bytes: u64,
}

/// A signed request. Anyone who has it may send it until it expires, also several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresignedRequest {
    /// HTTP method, `PUT` or `GET`.
    #[schema(example = "PUT")]
    pub method: &'static str,
    /// Absolute URL of the request.
    #[schema(format = "uri")]
    pub url: String,
    /// Headers to send unchanged with the request.
    #[schema(example = json!({"content-type": "image/jpeg", "content-length": "48213"}))]
    pub headers: BTreeMap<String, String>,
    /// Time until which the request may begin.
    pub expires_at: Timestamp,
}

impl PresignedRequest {
    /// Makes the URL absolute: `base` is put before one that begins with a slash, as on the local server.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        if self.url.starts_with('/') {
            self.url.insert_str(0, base);
        }
        self
    }
}

/// Files by key. An error is a failure of the storage; a missing file is `None`.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Presigns a request with which a client uploads this file straight to the storage.
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest>;

    /// Presigns a request that downloads a file under this name.
    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest>;

    /// Returns the size of a file in bytes.
    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>>;

    /// Reads a range of a file; the result is shorter if the file ends before.
    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>>;

    /// Writes a file, or replaces it.
    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()>;

    /// Deletes a file. A missing file is not an error.
    async fn delete(&self, key: &str) -> anyhow::Result<()>;
}
