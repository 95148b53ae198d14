//! A debug build is ten times slower than what is deployed, so nothing here is measured in one.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use shared::app::Environment;

/// In a release build does nothing. In a debug build, has Cargo make the release build and goes on as that.
pub(super) fn go_on_in_release() -> anyhow::Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    build(&["--package", "dev"])?;
    let release = target_dir()?.join("release").join("dev");
    let error = Command::new(&release).args(std::env::args_os().skip(1)).exec();
    Err(error).with_context(|| format!("{} could not be run", release.display()))
}

/// `cargo build --release` of these packages. It says what it does, because the first time takes minutes.
pub(super) fn build(packages: &[&str]) -> anyhow::Result<()> {
    let environment = Environment::of_process();
    let cargo = environment.get("CARGO").unwrap_or("cargo");
    eprintln!("cargo build --release {} (the first time takes some minutes)", packages.join(" "));
    let built = Command::new(cargo)
        .args(["build", "--release", "--quiet"])
        .args(packages)
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{cargo} could not be run"))?;
    if !built.success() {
        bail!("the release build failed");
    }
    Ok(())
}

/// Where Cargo builds: two above this executable (`target/release/dev`).
pub(crate) fn target_dir() -> anyhow::Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let target = executable.parent().and_then(|profile| profile.parent());
    Ok(target.context("this executable lies in no target folder")?.to_owned())
}
