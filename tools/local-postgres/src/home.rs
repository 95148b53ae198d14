//! The directory that a cluster or a pooler lives in, and the account that it runs as.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::account::Account;
use crate::{command, port};

/// A directory of ours in which only one account writes.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    path: PathBuf,
    account: Option<Account>,
}

impl Home {
    /// `dir`, or, where we are root and the account that must stand in for us cannot come to `dir` (a checkout under
    /// `/root`), a directory in `/var/tmp` that is always the same for the same `dir`.
    pub(crate) fn prepare(dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir)
            .with_context(|| format!("{} could not be made", dir.display()))?;
        let dir = dir.canonicalize()?;
        let Some(account) = Account::for_dir(&dir)? else {
            return Ok(Self {
                path: dir,
                account: None,
            });
        };
        let path = match dir.parent() {
            Some(parent) if account.can_enter(parent) => dir,
            _ => stand_in(&dir, &account)?,
        };
        account.own(&path)?;
        Ok(Self {
            path,
            account: Some(account),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A program that runs here as the account. It has a process group of its own, so that Ctrl-C in the terminal
    /// reaches us alone and we can stop it in order.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command::clean_environment(&mut command)
            .current_dir(&self.path)
            .process_group(0);
        if let Some(account) = &self.account {
            account.runs(&mut command);
        }
        command
    }

    /// Writes a file that the account can read, whatever root's umask says.
    pub(crate) fn write(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        std::fs::write(path, text)
            .with_context(|| format!("{} could not be written", path.display()))?;
        self.account.map_or(Ok(()), |account| account.own(path))
    }

    /// Waits for the lock. The kernel frees it when its holder ends, however that ends.
    pub(crate) fn lock(&self, name: &str) -> anyhow::Result<File> {
        let file = self.lock_file(name)?;
        file.lock()
            .with_context(|| format!("{name} could not be locked"))?;
        Ok(file)
    }

    /// `None` while another process holds the lock.
    pub(crate) fn try_lock(&self, name: &str) -> anyhow::Result<Option<File>> {
        let file = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{name} could not be locked"))
            }
        }
    }

    fn lock_file(&self, name: &str) -> anyhow::Result<File> {
        let path = self.path.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| {
            format!(
                "{} could not be opened (did root make it? delete it)",
                path.display()
            )
        })?;
        self.account.map_or(Ok(()), |account| account.own(&path))?;
        Ok(file)
    }
}

/// Everyone may write in `/var/tmp` and could have been there first: what we use must be a directory of our own.
fn stand_in(dir: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    let path = PathBuf::from(format!("/var/tmp/local-postgres-{:016x}", port::hash(dir)));
    if let Err(error) = DirBuilder::new().mode(0o700).create(&path) {
        let found = path
            .symlink_metadata()
            .with_context(|| format!("{}: {error}", path.display()))?;
        let ours = found.is_dir() && (found.uid() == 0 || account.is_uid(found.uid()));
        ensure!(
            ours,
            "{} belongs to somebody else: delete it and start again",
            path.display()
        );
    }
    Ok(path)
}
