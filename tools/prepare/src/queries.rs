//! Makes the query macros describe every query to a folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, ensure};
use command_line::cargo;

use crate::workspace::Package;

/// Checks the crates with the database; their macros then write a file for each query into `into`.
///
/// Cargo does not know that the macros read a database, and would check nothing if only a migration has changed. So the files with queries
/// look new to it while it runs. It is the check of the developer's own target folder: the dependencies are those that clippy and the editor
/// have checked, and the other builds of these crates stay as they are.
pub(crate) fn describe(crates: &[&Package], url: &str, into: &Path) -> anyhow::Result<()> {
    make_empty(into)?;
    let _touched = Touched::now(crates.iter().flat_map(|package| &package.files_with_queries))?;
    let mut check = cargo();
    check.arg("check").args(crates.iter().flat_map(|package| ["--package", &package.id]));
    // The environment takes precedence over `.env` and over `[env]` in .cargo/config.toml.
    check.args(["--all-targets", "--all-features"]).env("DATABASE_URL", url);
    check.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", into);
    run(&mut check).context("a crate does not compile, or a query does not match migrations/: fix the errors above")?;

    let described = std::fs::read_dir(into)?.next().is_some();
    ensure!(described, "the macros described no query");
    Ok(())
}

/// Files whose modification time is now. They get their old time back when this is dropped, so that cargo builds nothing again because of it.
struct Touched(Vec<(PathBuf, SystemTime)>);

impl Touched {
    #[expect(
        clippy::disallowed_methods,
        reason = "the rule is for the functions; cargo compares with the system's time"
    )]
    fn now<'p>(files: impl Iterator<Item = &'p PathBuf>) -> anyhow::Result<Self> {
        let mut touched = Self(Vec::new());
        for path in files {
            let modified = std::fs::metadata(path).and_then(|file| file.modified())?;
            set_modified(path, SystemTime::now())
                .with_context(|| format!("{} could not be touched", path.display()))?;
            touched.0.push((path.clone(), modified));
        }
        Ok(touched)
    }
}

impl Drop for Touched {
    fn drop(&mut self) {
        for (path, modified) in &self.0 {
            // The worst that can happen is another build.
            let _ = set_modified(path, *modified);
        }
    }
}

fn set_modified(path: &Path, time: SystemTime) -> std::io::Result<()> {
    File::options().append(true).open(path)?.set_modified(time)
}

/// Creates the folder, or deletes everything in it.
pub(crate) fn make_empty(dir: &Path) -> anyhow::Result<()> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir).with_context(|| format!("{} could not be created", dir.display()))
}

/// Runs cargo in the terminal, which also passes Ctrl-C to it.
fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    ensure!(status.code().is_some(), "interrupted");
    ensure!(status.success(), "{status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touched_file_gets_its_time_back() {
        let path = std::env::temp_dir().join(format!("prepare-touched-{}", std::process::id()));
        std::fs::write(&path, "text").unwrap();
        set_modified(&path, SystemTime::UNIX_EPOCH).unwrap();
        let modified = || std::fs::metadata(&path).unwrap().modified().unwrap();

        let touched = Touched::now([&path].into_iter()).unwrap();
        assert!(modified().elapsed().unwrap().as_secs() < 60);
        drop(touched);

        assert_eq!(modified(), SystemTime::UNIX_EPOCH);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
        std::fs::remove_file(path).unwrap();
    }
}
