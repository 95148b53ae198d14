//! The user who runs PostgreSQL. `initdb`, `postgres` and `pgbouncer` refuse root, so root runs them as another user.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::command::run;

/// An unprivileged user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Returns the user that runs programs in `dir`; `None` is the current user, who is not root.
    ///
    /// A directory that a developer created stays theirs when they use sudo later.
    pub(crate) fn for_dir(dir: &Path) -> anyhow::Result<Option<Self>> {
        if !is_root()? {
            return Ok(None);
        }
        let found = std::fs::metadata(dir)?;
        match found.uid() {
            0 => Self::unprivileged().map(Some),
            uid => Ok(Some(Self { uid, gid: found.gid() })),
        }
    }

    fn unprivileged() -> anyhow::Result<Self> {
        Self::candidates()
            .next()
            .context("PostgreSQL refuses root, and there is neither a user postgres nor nobody: run `useradd postgres`")
    }

    /// Returns the usual accounts that exist, the best one first.
    pub(crate) fn candidates() -> impl Iterator<Item = Self> {
        let account = |name| Some(Self { uid: id(&["-u", name]).ok()?, gid: id(&["-g", name]).ok()? });
        ["postgres", "nobody"].into_iter().filter_map(account)
    }

    /// Makes the command run as this user. The standard library drops root's supplementary groups with it.
    pub(crate) fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.uid(self.uid).gid(self.gid)
    }

    pub(crate) fn own(&self, path: &Path) -> anyhow::Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .with_context(|| format!("{} could not be given to user {}", path.display(), self.uid))
    }

    /// Returns true if this user can enter `dir`. Asks the kernel, because modes are not everything (ACLs).
    pub(crate) fn can_enter(&self, dir: &Path) -> bool {
        run(self.runs(Command::new("test").arg("-x").arg(dir).current_dir("/"))).is_ok()
    }

    pub(crate) fn is_uid(&self, uid: u32) -> bool {
        self.uid == uid
    }
}

/// Returns true if this process runs as root.
pub(crate) fn is_root() -> anyhow::Result<bool> {
    Ok(id(&["-u"])? == 0)
}

fn id(arguments: &[&str]) -> anyhow::Result<u32> {
    Ok(run(Command::new("id").args(arguments))?.parse()?)
}
