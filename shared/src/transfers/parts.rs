//! Files that are written part by part, over more than one run of a function.

use std::sync::Arc;

use async_trait::async_trait;

use crate::storage::Storage;

/// How many bytes a part has at least, but for the last: S3 takes no smaller.
pub const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// A file that is being written.
#[derive(Clone, Copy, Debug)]
pub struct FileInParts<'a> {
    /// Where it will lie.
    pub key: &'a str,
    /// What [`Parts::begin`] has called it.
    pub upload_id: &'a str,
}

/// Where such files lie. Nobody sees one before it is finished.
#[async_trait]
pub trait Parts: Send + Sync {
    /// Begins a file, and gives what is written of it a name.
    async fn begin(&self, key: &str, content_type: &str) -> anyhow::Result<String>;

    /// Writes a part, from 1; one that was written before is replaced. Answers what [`Parts::finish`] wants of it.
    async fn write(&self, file: FileInParts<'_>, number: i32, bytes: Vec<u8>) -> anyhow::Result<String>;

    /// Makes a file of the parts.
    async fn finish(&self, file: FileInParts<'_>, parts: &[String]) -> anyhow::Result<()>;

    /// Deletes what was written of a file that is not to be finished: the parts up to this one. Does no harm where there is nothing.
    async fn discard(&self, file: FileInParts<'_>, last: i32) -> anyhow::Result<()>;
}

/// Parts as files beside the one that they become: for a laptop's folder, and for tests. The whole file is in memory for a moment.
pub struct PartsBeside(pub Arc<dyn Storage>);

fn part(key: &str, number: i32) -> String {
    format!("{key}.part-{number}")
}

#[async_trait]
impl Parts for PartsBeside {
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
            whole.extend(bytes.ok_or_else(|| anyhow::anyhow!("{key} is not there"))?);
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
