//! Where `cargo dev` keeps its things.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A directory of ours: the database, the queue, the mail, the files and the signing key. Everything in it may be deleted.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// This directory, or `target/dev` of the workspace.
    pub fn new(dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let dir = dir.unwrap_or_else(|| workspace().join("target/dev"));
        std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be made", dir.display()))?;
        Ok(Self(dir.canonicalize()?))
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The data of PostgreSQL.
    pub fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    /// Messages that wait.
    pub fn queue(&self) -> PathBuf {
        self.0.join("queue")
    }

    /// Mails that were sent.
    pub fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// Files: what was uploaded, and the images that everybody sees.
    pub fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    /// The key that signs tokens.
    pub fn signing_key(&self) -> PathBuf {
        self.0.join("signing-key.der")
    }

    /// Makes this process the only one that serves from here, until the answer is dropped or the process ends, however it ends.
    pub fn occupy(&self) -> anyhow::Result<Occupied> {
        let path = self.0.join("serving");
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                Ok(Occupied(file))
            }
            Err(TryLockError::WouldBlock) => {
                let mut url = String::new();
                file.read_to_string(&mut url)?;
                bail!("`cargo dev` is running already: {}. Stop that one first (Ctrl-C in its terminal).", url.trim())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} could not be locked", path.display()))
            }
        }
    }
}

/// The right to serve from a [`Home`].
#[derive(Debug)]
pub struct Occupied(File);

impl Occupied {
    /// Tells those who come later where it is served.
    pub fn tell(&mut self, url: &str) -> std::io::Result<()> {
        self.0.rewind()?;
        self.0.set_len(0)?;
        self.0.write_all(url.as_bytes())
    }
}

/// The root of the workspace that this was built from.
pub fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}
