//! Where files lie: what staff upload, the images that are made of it, and what they download. S3 in the cloud, a folder on a laptop.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::time::Timestamp;

/// How long an upload may take to begin, and a download.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

/// A file that is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// Where it will lie.
    pub key: &'a str,
    /// What it says it is. Nothing else is taken.
    pub content_type: &'a str,
    /// How many bytes it has: neither more nor fewer are taken.
    pub bytes: u64,
}

/// A request that anybody who has it may send, once or again, until it runs out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresignedRequest {
    /// `PUT` or `GET`.
    #[schema(example = "PUT")]
    pub method: &'static str,
    /// Where to, absolute.
    #[schema(format = "uri")]
    pub url: String,
    /// What to send beside the body, just so.
    #[schema(example = json!({"content-type": "image/jpeg", "content-length": "48213"}))]
    pub headers: BTreeMap<String, String>,
    /// Until when it may begin.
    pub expires_at: Timestamp,
}

impl PresignedRequest {
    /// With an absolute URL: one that begins at the API's root, as on a laptop, gets `base` before it.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        if self.url.starts_with('/') {
            self.url.insert_str(0, base);
        }
        self
    }
}

/// Files by key. An error is trouble with the storage; a file that is not there is `None`.
#[async_trait]
pub trait Storage: Send + Sync {
    /// A request that puts this file, sent by somebody else, straight into the storage.
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest>;

    /// A request that fetches a file, as one of this name.
    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest>;

    /// How many bytes a file has.
    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>>;

    /// A part of a file; shorter where the file ends before.
    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>>;

    /// Writes a file, whatever was there.
    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()>;

    /// Deletes a file; that it was not there is no error.
    async fn delete(&self, key: &str) -> anyhow::Result<()>;
}
