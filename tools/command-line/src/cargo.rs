//! Runs cargo from a program that cargo runs.

use std::process::{Command, Stdio};

use crate::workspace;

/// Variables that `cargo run` sets for this process. The build script of `ring` runs again whenever one of them changes, and
/// everything above `ring` is compiled again. So they are removed: the build must see what a build from a shell sees.
const SET_BY_CARGO_RUN: [&str; 9] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
    "CARGO_PKG_AUTHORS",
];

/// Returns a cargo command in the workspace, without standard input.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace()).stdin(Stdio::null());
    for name in SET_BY_CARGO_RUN {
        command.env_remove(name);
    }
    command
}
