//! Has the query macros describe every query to a directory.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::workspace::{Package, Workspace, cargo};

/// Compiles the crates with the database at hand; their macros then write a file for each query into `into`.
///
/// Cargo does not know that the macros read a database, and would compile nothing when only a migration has changed. So
/// the crates are cleaned first, in a target directory of our own: there the dependencies stay compiled from one run to
/// the next, the developer's own target directory keeps its work, and an editor's cargo does not wait for ours.
pub(crate) fn describe(workspace: &Workspace, crates: &[&Package], url: &str, into: &Path) -> anyhow::Result<()> {
    make_empty(into)?;
    run(for_each(cargo().args(["clean", "--quiet"]), workspace, crates)).context("cargo clean failed")?;

    let mut check = cargo();
    for_each(check.arg("check"), workspace, crates).args(["--all-targets", "--all-features"]);
    // The environment wins over `.env` and over `[env]` in .cargo/config.toml.
    check.env("DATABASE_URL", url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", into);
    run(&mut check)
        .context("the crate does not compile, or a query does not hold against migrations/: mend what is above")?;

    let described = std::fs::read_dir(into)?.next().is_some();
    ensure!(described, "the macros have described no query");
    Ok(())
}

/// The directory, with nothing in it.
pub(crate) fn make_empty(dir: &Path) -> anyhow::Result<()> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir).with_context(|| format!("{} could not be made", dir.display()))
}

fn for_each<'a>(command: &'a mut Command, workspace: &Workspace, crates: &[&Package]) -> &'a mut Command {
    command.current_dir(&workspace.root).arg("--target-dir").arg(workspace.scratch("target"));
    command.args(crates.iter().flat_map(|package| ["--package", &package.id]))
}

/// Cargo's own messages go to the terminal, and so does Ctrl-C to it.
fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    ensure!(status.code().is_some(), "interrupted");
    ensure!(status.success(), "{status}");
    Ok(())
}
