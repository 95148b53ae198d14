//! One folder: a [`Storage`] whose keys are paths.

use std::collections::BTreeMap;
use std::io::{ErrorKind, SeekFrom};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use shared::app::{Clock, Rng as _, SystemRng};
use shared::storage::{OPEN_FOR, PresignedRequest, Storage, Upload};
use shared::time::Timestamp;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::signature::{Purpose, Signer};

/// Duration for which unfinished uploads are kept, as in S3.
const KEEP_UPLOADS_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of files.
pub struct Folder {
    root: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) signer: Signer,
}

impl Folder {
    /// Opens this folder; creates it if it does not exist.
    pub fn open(root: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root).with_context(|| format!("{} could not be created", root.display()))?;
        let mut secret = [0; 32];
        SystemRng.fill_random(&mut secret);
        Ok(Self { root: root.to_owned(), clock, signer: Signer::new(secret) })
    }

    /// Deletes uploads that were not finished within a day.
    pub fn delete_abandoned_uploads(&self) -> anyhow::Result<()> {
        let uploads = self.root.join("uploads");
        if !uploads.exists() {
            return Ok(());
        }
        for file in std::fs::read_dir(uploads)? {
            let file = file?;
            if file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > KEEP_UPLOADS_FOR) {
                std::fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    /// Returns the path of a file; `None` if the key leads out of the folder.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let path = Path::new(key);
        let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
        (stays && !key.is_empty() && !key.contains('\0')).then(|| self.root.join(path))
    }

    /// Creates a file under a temporary name; it gets its own name when it is complete, so nobody reads half of it.
    pub(super) async fn begin(&self, key: &str) -> anyhow::Result<(File, IncompleteFile)> {
        let path = self.valid_path(key)?;
        let parent = path.parent().context("the file has no folder")?;
        tokio::fs::create_dir_all(parent).await?;
        let temporary = parent.join(format!(".{}", SystemRng.random_uuid().simple()));
        Ok((File::create(&temporary).await?, IncompleteFile { temporary, path }))
    }

    async fn existing(&self, key: &str) -> anyhow::Result<Option<File>> {
        match File::open(self.valid_path(key)?).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn valid_path(&self, key: &str) -> anyhow::Result<PathBuf> {
        self.path(key).with_context(|| format!("{key} is not a valid file key"))
    }

    fn presign(&self, key: &str, purpose: &Purpose<'_>, now: Timestamp) -> anyhow::Result<(String, Timestamp)> {
        let expires_at = now.plus_seconds(i64::try_from(OPEN_FOR.as_secs())?);
        Ok((self.signer.url(key, purpose, expires_at)?, expires_at))
    }
}

/// A file that [`Folder::begin`] created.
pub(super) struct IncompleteFile {
    temporary: PathBuf,
    path: PathBuf,
}

impl IncompleteFile {
    /// Gives the complete file its name.
    pub(super) async fn finish(self) -> std::io::Result<()> {
        tokio::fs::rename(self.temporary, self.path).await
    }

    /// Deletes the incomplete file.
    pub(super) async fn discard(self) -> std::io::Result<()> {
        tokio::fs::remove_file(self.temporary).await
    }
}

#[async_trait]
impl Storage for Folder {
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        let Upload { key, content_type, bytes } = upload;
        let (url, expires_at) = self.presign(key, &Purpose::Put { content_type, bytes }, now)?;
        let headers = [("content-length", bytes.to_string()), ("content-type", content_type.to_owned())];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
        Ok(PresignedRequest { method: "PUT", url, headers, expires_at })
    }

    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        let (url, expires_at) = self.presign(key, &Purpose::Get { file_name }, now)?;
        Ok(PresignedRequest { method: "GET", url, headers: BTreeMap::new(), expires_at })
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        let Some(file) = self.existing(key).await? else { return Ok(None) };
        Ok(Some(file.metadata().await?.len()))
    }

    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.existing(key).await? else { return Ok(None) };
        file.seek(SeekFrom::Start(range.start)).await?;
        let mut bytes = Vec::new();
        file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes).await?;
        Ok(Some(bytes))
    }

    async fn write(&self, key: &str, _: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let (file, incomplete) = self.begin(key).await?;
        drop(file);
        tokio::fs::write(&incomplete.temporary, bytes).await?;
        Ok(incomplete.finish().await?)
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        match tokio::fs::remove_file(self.valid_path(key)?).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}
