//! Files that several runs of a function write, part by part.

use std::sync::Arc;

use async_trait::async_trait;

use crate::storage::Storage;

/// Minimum size in bytes of every part but the last, because S3 accepts no smaller one.
pub const MIN_PART_BYTES: usize = 5 * 1024 * 1024;

/// A file that is being written.
#[derive(Clone, Copy, Debug)]
pub struct FileInParts<'a> {
    /// Key of the file in the storage.
    pub key: &'a str,
    /// Id of the upload, as [`Parts::begin`] returned it.
    pub upload_id: &'a str,
}

/// A storage that writes files part by part. A file can be read only after it was finished.
#[async_trait]
pub trait Parts: Send + Sync {
    /// Creates the upload of a file; returns its id.
    async fn begin(&self, key: &str, content_type: &str) -> anyhow::Result<String>;

    /// Writes the part with this number, counted from 1, and replaces an earlier one with the same number. Returns the part's name for
    /// [`Parts::finish`].
    async fn write(&self, file: FileInParts<'_>, number: i32, bytes: Vec<u8>) -> anyhow::Result<String>;

    /// Makes the file from the named parts.
    async fn finish(&self, file: FileInParts<'_>, parts: &[String]) -> anyhow::Result<()>;

    /// Deletes the parts up to this number of a file that will not be finished; parts that do not exist are ignored.
    async fn discard(&self, file: FileInParts<'_>, last: i32) -> anyhow::Result<()>;
}

/// Stores parts as files next to the file that they become, for the local server and for tests. Finishing a file holds all of it in memory.
pub struct PartsAsFiles(pub Arc<dyn Storage>);

fn part(key: &str, number: i32) -> String {
    format!("{key}.part-{number}")
}

#[async_trait]
impl Parts for PartsAsFiles {
    async fn begin(&self, _: &str, content_type: &str) -> anyhow::Result<String> {
        Ok(content_type.to_owned())
    }

    async fn write(&self, file: FileInParts<'_>, number: i32, bytes: Vec<u8>) -> anyhow::Result<String> {
        self.0.write(&part(file.key, number), file.upload_id, bytes).await?;
        Ok(number.to_string())
    }

    async fn finish(&self, file: FileInParts<'_>, parts: &[String]) -> anyhow::Result<()> {
        let mut whole = Vec::new();
        for number in parts {
            let key = part(file.key, number.parse()?);
            let bytes = self.0.read(&key, 0..u64::MAX).await?;
            whole.extend(bytes.ok_or_else(|| anyhow::anyhow!("{key} does not exist"))?);
        }
        self.0.write(file.key, file.upload_id, whole).await?;
        for number in parts {
            self.0.delete(&part(file.key, number.parse()?)).await?;
        }
        Ok(())
    }

    async fn discard(&self, file: FileInParts<'_>, last: i32) -> anyhow::Result<()> {
        for number in 1..=last {
            self.0.delete(&part(file.key, number)).await?;
        }
        Ok(())
    }
}
