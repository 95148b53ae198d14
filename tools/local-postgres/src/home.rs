//! The directory of a cluster or a pooler, and the account that it runs as.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::account::Account;
use crate::{command, port};

/// A directory in which only one account writes.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    path: PathBuf,
    account: Option<Account>,
}

impl Home {
    /// Prepares `dir`. If this process is root and the account that replaces it cannot enter `dir` (a checkout under `/root`), a directory in
    /// `/var/tmp` that is always the same for the same `dir`.
    pub(crate) fn prepare(dir: &Path) -> anyhow::Result<Self> {
        create(dir)?;
        Self::of(dir, Account::for_dir(dir)?)
    }

    /// Like [`Home::prepare`], but with the account of `other`.
    pub(crate) fn prepare_like(dir: &Path, other: &Self) -> anyhow::Result<Self> {
        create(dir)?;
        Self::of(dir, other.account)
    }

    fn of(dir: &Path, account: Option<Account>) -> anyhow::Result<Self> {
        let dir = dir.canonicalize()?;
        let Some(account) = account else {
            return Ok(Self { path: dir, account: None });
        };
        let (path, account) = match dir.parent() {
            Some(parent) if account.can_enter(parent) => (dir, account),
            _ => replacement(&dir, account)?,
        };
        account.own(&path)?;
        Ok(Self { path, account: Some(account) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns a command that runs here as the account. It has its own process group, so that Ctrl-C in the terminal reaches only this
    /// process, which can then stop it in order.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command::clean_environment(&mut command).current_dir(&self.path).process_group(0);
        if let Some(account) = &self.account {
            account.runs(&mut command);
        }
        command
    }

    /// Writes a file that the account can read regardless of root's umask.
    pub(crate) fn write(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        std::fs::write(path, text).with_context(|| format!("{} could not be written", path.display()))?;
        self.account.map_or(Ok(()), |account| account.own(path))
    }

    /// Waits for the lock. The kernel releases it when its holder ends, however it ends.
    pub(crate) fn lock(&self, name: &str) -> anyhow::Result<File> {
        let file = self.lock_file(name)?;
        file.lock().with_context(|| format!("{name} could not be locked"))?;
        Ok(file)
    }

    /// Returns the lock; `None` while another process holds it.
    pub(crate) fn try_lock(&self, name: &str) -> anyhow::Result<Option<File>> {
        let file = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{name} could not be locked")),
        }
    }

    fn lock_file(&self, name: &str) -> anyhow::Result<File> {
        let path = self.path.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| {
            format!("{} could not be opened (was it created by root? then delete it)", path.display())
        })?;
        self.account.map_or(Ok(()), |account| account.own(&path))?;
        Ok(file)
    }
}

fn create(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("{} could not be created", dir.display()))
}

/// Every user may write in `/var/tmp` and could have created the directory first, so it must belong to this user. It keeps its account,
/// because a user postgres may exist now where only nobody existed before.
fn replacement(dir: &Path, account: Account) -> anyhow::Result<(PathBuf, Account)> {
    let path = PathBuf::from(format!("/var/tmp/local-postgres-{:016x}", port::hash(dir)));
    let Err(error) = DirBuilder::new().mode(0o700).create(&path) else { return Ok((path, account)) };
    let found = path.symlink_metadata().with_context(|| format!("{}: {error}", path.display()))?;
    let owner = match found.uid() {
        0 => Some(account),
        uid => Account::candidates().chain([account]).find(|candidate| candidate.is_uid(uid)),
    };
    let owner = owner.filter(|_| found.is_dir());
    let owner =
        owner.with_context(|| format!("{} belongs to another user: delete it and try again", path.display()))?;
    Ok((path, owner))
}
