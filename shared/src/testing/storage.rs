//! A file storage in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::storage::{PresignedRequest, Storage, Upload};
use crate::time::Timestamp;

/// Files by key, each with its media type.
#[derive(Debug, Default)]
pub struct MemoryStorage(Mutex<BTreeMap<String, (String, Vec<u8>)>>);

impl MemoryStorage {
    /// Writes a file, like a client with a presigned request.
    pub fn put(&self, key: &str, content_type: &str, bytes: &[u8]) {
        self.with_files(|files| files.insert(key.to_owned(), (content_type.to_owned(), bytes.to_vec())));
    }

    /// Returns all keys, sorted.
    pub fn keys(&self) -> Vec<String> {
        self.with_files(|files| files.keys().cloned().collect())
    }

    /// Returns a file with its media type.
    pub fn file(&self, key: &str) -> Option<(String, Vec<u8>)> {
        self.with_files(|files| files.get(key).cloned())
    }

    fn with_files<T>(&self, access: impl FnOnce(&mut BTreeMap<String, (String, Vec<u8>)>) -> T) -> T {
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        let headers = [("content-length", upload.bytes.to_string()), ("content-type", upload.content_type.to_owned())];
        Ok(PresignedRequest {
            method: "PUT",
            url: format!("https://storage.test/{}", upload.key),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            expires_at: now.plus_seconds(900),
        })
    }

    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        let url = format!("https://storage.test/{key}?as={file_name}");
        Ok(PresignedRequest { method: "GET", url, headers: BTreeMap::new(), expires_at: now.plus_seconds(900) })
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        Ok(self.file(key).map(|(_, bytes)| bytes.len() as u64))
    }

    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>> {
        let Some((_, bytes)) = self.file(key) else { return Ok(None) };
        let part = bytes.into_iter().skip(usize::try_from(range.start)?);
        Ok(Some(part.take(usize::try_from(range.end.saturating_sub(range.start))?).collect()))
    }

    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.put(key, content_type, &bytes);
        Ok(())
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        self.with_files(|files| files.remove(key));
        Ok(())
    }
}
