//! Boundaries in the source: which crates know each other, and where SQL, connections and the environment are used.

use std::path::{Path, PathBuf};

use crate::functions::{all, workspace};

/// Returns the path, such as `shared/src/orders/store/mod.rs`, and the text of every Rust file that is deployed. Files in `tests/`
/// folders are left out.
pub(crate) fn sources() -> Vec<(String, String)> {
    let root = workspace();
    let mut files = Vec::new();
    collect(&root.join("shared/src"), &mut files);
    for function in all() {
        collect(&root.join("functions").join(function).join("src"), &mut files);
    }
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    let sources: Vec<_> = files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect();
    assert!(sources.iter().any(|(name, _)| name == "shared/src/orders/store/mod.rs"));
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Returns the code of a line without its comment.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Returns the first of the needles that a line of code contains.
fn mentions<'n>(text: &str, needles: &[&'n str]) -> Option<&'n str> {
    needles.iter().find(|needle| text.lines().any(|line| code(line).contains(**needle))).copied()
}

#[test]
fn no_function_depends_on_another() {
    let functions = all();
    for function in &functions {
        let manifest = workspace().join("functions").join(function).join("Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        for line in manifest.lines() {
            let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default().trim_matches('"');
            assert!(!functions.iter().any(|other| other == dependency), "{function} depends on {dependency}");
        }
    }
}

#[test]
fn shared_depends_on_no_function() {
    let manifest = std::fs::read_to_string(workspace().join("shared/Cargo.toml")).unwrap();
    assert!(!manifest.contains("functions/"));
    for line in manifest.lines() {
        let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default();
        assert!(!all().iter().any(|function| function == dependency), "shared depends on {dependency}");
    }
}

/// SQL is written in these places:
/// - a noun's `store.rs` or `store/`, and its `staff.rs` for the pages for staff;
/// - `shared/src/app/db/`, which runs it;
/// - `migrate`, which prepares the database for the other functions;
/// - the test kit.
#[test]
fn sql_is_written_only_in_stores_the_database_module_and_migrate() {
    let sql = ["sqlx::query", "query!(", "query_as!(", "query_scalar!(", "raw_sql(", "QueryBuilder", "Call::new("];
    for (name, text) in sources() {
        let parts: Vec<&str> = name.split('/').collect();
        let may = matches!(
            parts.as_slice(),
            ["shared", "src", _, "store.rs" | "staff.rs"]
                | ["shared", "src", _, "store", ..]
                | ["shared", "src", "app", "db", ..]
                | ["shared", "src", "testing", ..]
                | ["functions", "migrate", ..]
        );
        assert!(may || mentions(&text, &sql).is_none(), "{name} has `{}`", mentions(&text, &sql).unwrap_or_default());
    }
}

/// SQL runs in a `Tx` or a `Call`, so that it works through a pooler. A connection or sqlx's own pool would bypass both.
#[test]
fn only_the_database_module_and_migrate_use_connections() {
    let connections = ["PgPool", "PgConnection", "Pool<Postgres>"];
    for (name, text) in sources() {
        let may = name.starts_with("shared/src/app/db/")
            || name.starts_with("shared/src/testing/")
            || name.starts_with("functions/migrate/src/");
        let found = mentions(&text, &connections);
        assert!(may || found.is_none(), "{name} has `{}`", found.unwrap_or_default());
    }
}

#[test]
fn the_environment_is_read_in_one_file() {
    for (name, text) in sources() {
        // The runner of the tests chooses the lane and passes it to the test kit in the environment.
        let may = name == "shared/src/environment.rs" || name.starts_with("shared/src/testing/");
        let found = mentions(&text, &["env::var", "env::vars", "option_env!"]);
        assert!(may || found.is_none(), "{name} has `{}`", found.unwrap_or_default());
    }
}

#[test]
fn every_file_begins_with_a_description() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name} does not begin with `//!`");
    }
}
