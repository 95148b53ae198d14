//! The home folder: where `cargo dev` keeps its data.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use command_line::workspace;

/// A folder with the database, the queue, the mail, the files and the signing key. Everything in it may be deleted.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// Opens this folder, or `target/dev` of the workspace; creates it if it does not exist.
    pub fn new(dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let dir = dir.unwrap_or_else(|| workspace().join("target/dev"));
        std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be created", dir.display()))?;
        Ok(Self(dir.canonicalize()?))
    }

    /// Returns the folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the folder of PostgreSQL's data.
    pub fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    /// Returns the folder of the data of PostgreSQL's replica.
    pub fn replica(&self) -> PathBuf {
        self.0.join("replica")
    }

    /// Returns the folder of queued messages.
    pub fn queue(&self) -> PathBuf {
        self.0.join("queue")
    }

    /// Returns the folder of sent mail.
    pub fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// Returns the folder of uploaded files and public images.
    pub fn files(&self) -> PathBuf {
        self.0.join("files")
    }

    /// Returns the file of the key that signs tokens.
    pub fn signing_key(&self) -> PathBuf {
        self.0.join("signing-key.der")
    }

    /// Makes this process the only one that serves from here until the lock is dropped or the process ends, however it ends.
    pub fn lock(&self) -> anyhow::Result<HomeLock> {
        let path = self.0.join("serving");
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                Ok(HomeLock(file))
            }
            Err(TryLockError::WouldBlock) => {
                let mut url = String::new();
                file.read_to_string(&mut url)?;
                bail!("`cargo dev` is already running: {}. Stop it first (Ctrl-C in its terminal).", url.trim())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} could not be locked", path.display()))
            }
        }
    }
}

/// The right to serve from a [`Home`].
#[derive(Debug)]
pub struct HomeLock(File);

impl HomeLock {
    /// Writes the URL where the shop is served, for the error message of a second process.
    pub fn set_url(&mut self, url: &str) -> std::io::Result<()> {
        self.0.rewind()?;
        self.0.set_len(0)?;
        self.0.write_all(url.as_bytes())
    }
}
