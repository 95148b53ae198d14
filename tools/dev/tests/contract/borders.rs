//! Who may know what, in the source.

use std::path::{Path, PathBuf};

use crate::functions::{all, workspace};

/// Every Rust file of what is deployed, as `shared/src/orders/store.rs`, without its `tests/` folders.
pub(crate) fn sources() -> Vec<(String, String)> {
    let root = workspace();
    let mut files = Vec::new();
    collect(&root.join("shared/src"), &mut files);
    for function in all() {
        collect(&root.join("functions").join(function).join("src"), &mut files);
    }
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    let sources: Vec<_> = files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect();
    assert!(sources.iter().any(|(name, _)| name == "shared/src/orders/store.rs"));
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

/// The code of a line, without what it says to people.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether any line of code has one of these.
fn mentions<'n>(text: &str, needles: &[&'n str]) -> Option<&'n str> {
    needles.iter().find(|needle| text.lines().any(|line| code(line).contains(**needle))).copied()
}

#[test]
fn no_function_knows_another() {
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
fn shared_knows_no_function() {
    let manifest = std::fs::read_to_string(workspace().join("shared/Cargo.toml")).unwrap();
    assert!(!manifest.contains("functions/"));
    for line in manifest.lines() {
        let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default();
        assert!(!all().iter().any(|function| function == dependency), "shared depends on {dependency}");
    }
}

/// SQL is written
/// - in a noun's `store.rs` or `store/`, or in its `staff.rs`, where it is about what the staff's pages show;
/// - in `shared/src/app/db/`, which is what runs it;
/// - in `migrate`, which prepares the database for the others;
/// - in the test kit.
#[test]
fn sql_is_one_hop_away_and_nowhere_else() {
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

/// Behind a pooler SQL runs in a `Tx` or a `Call`; a connection or sqlx's own pool would run it in neither.
#[test]
fn nothing_but_the_database_s_own_module_holds_a_connection() {
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
fn the_environment_comes_in_at_one_place() {
    for (name, text) in sources() {
        // The test kit is told by its runner which lane it is in.
        let may = name == "shared/src/environment.rs" || name.starts_with("shared/src/testing/");
        let found = mentions(&text, &["env::var", "env::vars", "option_env!"]);
        assert!(may || found.is_none(), "{name} has `{}`", found.unwrap_or_default());
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name} does not begin with `//!`");
    }
}
