//! Finds PostgreSQL's programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::command::{find, run};
use crate::install::{self, Package};

/// Oldest supported version, as on RDS.
const OLDEST: u32 = 15;

const PROGRAMS: [&str; 4] = ["postgres", "initdb", "pg_ctl", "psql"];

/// Folders of each version's programs, as `(parent, prefix of the version's folder, subfolder)`.
const PLACES: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),                          // Debian, Ubuntu
    ("/opt/homebrew/opt", "postgresql@", "bin"),                 // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@", "bin"),                    // Homebrew on Intel
    ("/Library/PostgreSQL", "", "bin"),                          // EnterpriseDB's installer
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
    ("/usr", "pgsql-", "bin"),                                   // PGDG on Fedora and RHEL
];

/// One installed PostgreSQL, 15 or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the PostgreSQL in `PATH`, otherwise the highest version in the folders of Debian, Homebrew and other installers. If there is
    /// none, installs the package for root on Debian or Ubuntu, and otherwise fails with the command to run.
    pub fn find() -> anyhow::Result<Self> {
        if let Some(best) = Self::installed().into_iter().next() {
            return Ok(best);
        }
        install::install(&Package::POSTGRESQL)?;
        let installed = Self::installed().into_iter().next();
        installed.with_context(|| format!("PostgreSQL was installed, but no version {OLDEST} or later was found"))
    }

    /// Returns every installed PostgreSQL that is new enough, the best first.
    pub fn installed() -> Vec<Self> {
        let mut found: Vec<Self> = PLACES.iter().flat_map(versions).filter_map(|dir| at(&dir)).collect();
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        // `postgres` may be a link (`/usr/local/bin`); the other programs are next to its target.
        let in_path = find("postgres", &[]).and_then(|program| program.canonicalize().ok());
        let in_path = in_path.as_deref().and_then(Path::parent).and_then(at);
        found.splice(0..0, in_path);
        found
    }

    /// Finds programs that can read `data`: a cluster needs the major version that created it. Any version if there is no cluster.
    pub(crate) fn for_data(data: &Path) -> anyhow::Result<Self> {
        let Ok(made_by) = std::fs::read_to_string(data.join("PG_VERSION")) else {
            return Self::find();
        };
        let made_by: u32 = made_by.trim().parse()?;
        match Self::installed().into_iter().find(|binaries| binaries.major == made_by) {
            Some(binaries) => Ok(binaries),
            None => bail!(
                "{} was created by PostgreSQL {made_by}, which is not installed: install it, or delete that directory to start with an empty cluster",
                data.display()
            ),
        }
    }

    /// Returns the major version.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Returns the path of a program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// `/usr/lib/postgresql/15/bin`, `/usr/lib/postgresql/16/bin` …
fn versions(&(parent, prefix, bin): &(&str, &str, &str)) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    named.map(|entry| entry.path().join(bin)).collect()
}

fn at(dir: &Path) -> Option<Binaries> {
    if !PROGRAMS.iter().all(|program| dir.join(program).is_file()) {
        return None;
    }
    let text = run(Command::new(dir.join("postgres")).arg("--version")).ok()?;
    let major = major(&text)?;
    (major >= OLDEST).then(|| Binaries { dir: dir.to_owned(), major })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15; so `17beta1` is 17.
fn major(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres: command not found"), None);
    }
}
