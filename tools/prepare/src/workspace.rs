//! The workspace as cargo describes it, and the crates that have queries.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use command_line::cargo;
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
    /// Unlike the name, never ambiguous with a dependency.
    pub(crate) id: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    /// Rust files that contain `query…!`.
    #[serde(skip)]
    pub(crate) files_with_queries: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

impl Workspace {
    pub(crate) fn load() -> anyhow::Result<Self> {
        let output = cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
        ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("the output of cargo metadata was not understood")
    }

    /// Returns a folder for temporary files in the target folder.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.target_directory.join("prepare").join(name)
    }

    /// Returns the crates that depend on sqlx and have `query…!` in their source. Many crates use sqlx without its macros: checking them
    /// would take minutes, find nothing, and fail for reasons unrelated to SQL. A crate that hides its queries in its own macro is missed;
    /// its build then fails and says so.
    pub(crate) fn crates_with_queries(&mut self) -> anyhow::Result<Vec<&Package>> {
        let mut found = Vec::new();
        for package in &mut self.packages {
            if package.dependencies.iter().any(|dependency| dependency.name == "sqlx") {
                let mut files = Vec::new();
                collect_files_with_queries(package.dir()?, &mut files)?;
                package.files_with_queries = files;
            }
            if !package.files_with_queries.is_empty() {
                found.push(&*package);
            }
        }
        Ok(found)
    }
}

impl Package {
    fn dir(&self) -> anyhow::Result<&Path> {
        self.manifest_path.parent().context("the manifest has no folder")
    }
}

fn collect_files_with_queries(dir: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir).with_context(|| format!("{} could not be read", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            // The root of a workspace may itself be a package.
            if !path.ends_with("target") && !path.ends_with(".git") {
                collect_files_with_queries(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && names_a_query(&std::fs::read_to_string(&path)?)
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Returns whether a line of code calls `query!`, `query_as!`, `query_file_scalar_unchecked!` …, before its first quote and not in a
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
    fn every_query_macro_is_found_and_no_function() {
        assert!(names_a_query("sqlx::query!(\"select 1\")"));
        assert!(names_a_query("let q = query_file_scalar_unchecked!("));
        assert!(!names_a_query("sqlx::query_as::<_, Order>(\"select 1\")"));
        assert!(!names_a_query("assert!(query != 1)"));
        assert!(!names_a_query("    /// Like `query_as!`."));
        assert!(!names_a_query("let forbidden = [\"query!(\"];"));
    }
}
