//! Release builds. A debug build is ten times slower than what is deployed, so nothing is measured in one.

use anyhow::{Context as _, ensure};
use command_line::cargo;

/// Fails in a debug build.
pub(super) fn ensure_release() -> anyhow::Result<()> {
    ensure!(!cfg!(debug_assertions), "this is a debug build: run `cargo dev bench`, which makes a release build");
    Ok(())
}

/// Runs `cargo build --release` for these packages.
pub(super) fn build(packages: &[&str]) -> anyhow::Result<()> {
    let packages = packages.iter().flat_map(|name| ["--package", name]);
    let status = cargo().args(["build", "--release"]).args(packages).status().context("cargo could not be run")?;
    ensure!(status.success(), "the release build failed");
    Ok(())
}
