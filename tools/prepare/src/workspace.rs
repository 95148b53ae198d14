//! What cargo says of the workspace, and which of its crates have queries.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;

/// The workspace around the current directory.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

/// One of its crates.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// Unlike the name, it means no dependency by accident.
    pub(crate) id: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

impl Workspace {
    pub(crate) fn of_current_dir() -> anyhow::Result<Self> {
        let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
        ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("cargo metadata said what was not expected")
    }

    /// A place for what is ours under `target/`.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.target_directory.join("prepare").join(name)
    }

    /// The crates that depend on sqlx and have `query…!` in their source. Many use sqlx without its macros: to compile
    /// them as well would take minutes, tell nothing, and fail for reasons that have nothing to do with SQL. A crate that
    /// hides its queries in a macro of its own is missed, and says so when it is built.
    pub(crate) fn crates_with_queries(&self) -> anyhow::Result<Vec<&Package>> {
        let mut found = Vec::new();
        for package in &self.packages {
            let uses_sqlx = package.dependencies.iter().any(|dependency| dependency.name == "sqlx");
            if uses_sqlx && has_query(package.dir()?)? {
                found.push(package);
            }
        }
        Ok(found)
    }
}

impl Package {
    fn dir(&self) -> anyhow::Result<&Path> {
        self.manifest_path.parent().context("a manifest without a directory")
    }
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

fn has_query(dir: &Path) -> anyhow::Result<bool> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("{} could not be read", dir.display()))? {
        let path = entry?.path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let found = if path.is_dir() {
            // The root of a workspace may itself be a package.
            !path.ends_with("target") && !path.ends_with(".git") && has_query(&path)?
        } else {
            is_source && names_a_query(&std::fs::read_to_string(&path)?)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `query!`, `query_as!`, `query_file_scalar_unchecked!` … in the code of any line: before its first quote, and not in a
/// comment.
fn names_a_query(source: &str) -> bool {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut code = code.filter_map(|line| line.split('"').next());
    code.any(|code| code.split("query").skip(1).any(|rest| after_name(rest).starts_with('!')))
}

fn after_name(rest: &str) -> &str {
    rest.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_query_macro_is_seen_and_no_function() {
        assert!(names_a_query("sqlx::query!(\"select 1\")"));
        assert!(names_a_query("let q = query_file_scalar_unchecked!("));
        assert!(!names_a_query("sqlx::query_as::<_, Order>(\"select 1\")"));
        assert!(!names_a_query("assert!(query != 1)"));
        assert!(!names_a_query("    /// Like `query_as!`."));
        assert!(!names_a_query("let forbidden = [\"query!(\"];"));
    }
}
