//! The workspace and its target folder.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Returns the root of the workspace that this was built from.
pub fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}

/// Returns the target folder: two levels above this executable (`target/debug/dev`).
pub fn target_dir() -> anyhow::Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let target = executable.parent().and_then(|profile| profile.parent());
    Ok(target.context("this executable is not in a target folder")?.to_owned())
}
