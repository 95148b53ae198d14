//! Changes to make in `.sqlx/`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// File names and contents.
type Files = BTreeMap<String, Vec<u8>>;

/// The difference between `.sqlx/` and what the macros have just described.
pub(crate) struct Changes {
    dir: PathBuf,
    old: Files,
    new: Files,
}

impl Changes {
    pub(crate) fn between(dir: &Path, described: &Path) -> anyhow::Result<Self> {
        let old = if dir.exists() { read(dir)? } else { Files::new() };
        Ok(Self { dir: dir.to_owned(), old, new: read(described)? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.old == self.new
    }

    /// Writes only files that differ: cargo and editors look at the modification time.
    pub(crate) fn apply(&self) -> anyhow::Result<String> {
        std::fs::create_dir_all(&self.dir)?;
        for (name, content) in self.missing().chain(self.stale()) {
            std::fs::write(self.dir.join(name), content).with_context(|| format!("{name} could not be written"))?;
        }
        for (name, _) in self.surplus() {
            std::fs::remove_file(self.dir.join(name)).with_context(|| format!("{name} could not be deleted"))?;
        }
        Ok(self.summary(["added", "changed", "removed"]))
    }

    fn summary(&self, [missing, stale, surplus]: [&str; 3]) -> String {
        let (a, b, c) = (self.missing().count(), self.stale().count(), self.surplus().count());
        format!(".sqlx/: {} queries; {a} {missing}, {b} {stale}, {c} {surplus}", self.new.len())
    }

    fn missing(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.new.iter().filter(|(name, _)| !self.old.contains_key(*name))
    }

    fn stale(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.new.iter().filter(|(name, content)| self.old.get(*name).is_some_and(|old| old != *content))
    }

    fn surplus(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.old.iter().filter(|(name, _)| !self.new.contains_key(*name))
    }
}

/// One line for each file that differs, then a summary.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marked = (self.missing().map(|file| ("missing", file)))
            .chain(self.stale().map(|file| ("stale  ", file)))
            .chain(self.surplus().map(|file| ("surplus", file)));
        for (mark, (name, content)) in marked {
            writeln!(f, "{mark} {name}  {}", excerpt(content))?;
        }
        f.write_str(&self.summary(["missing", "stale", "surplus"]))
    }
}

/// Returns the beginning of the SQL, because a file's name is a hash.
fn excerpt(content: &[u8]) -> String {
    let described: serde_json::Value = serde_json::from_slice(content).unwrap_or_default();
    let words: Vec<&str> = described["query"].as_str().unwrap_or_default().split_whitespace().collect();
    words.join(" ").chars().take(70).collect()
}

/// Reads the files that the macros write, and no other files in `.sqlx/`.
fn read(dir: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("{} could not be read", dir.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") && name.ends_with(".json") {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<const N: usize>(all: [(&str, &str); N]) -> Files {
        all.map(|(name, query)| (name.to_owned(), format!(r#"{{"query":"{query}"}}"#).into_bytes())).into()
    }

    #[test]
    fn each_difference_is_listed_with_its_query() {
        let old = files([("query-a.json", "select 1"), ("query-b.json", "select 2"), ("query-d.json", "select 4")]);
        let new = files([("query-a.json", "select 1"), ("query-b.json", "select  3"), ("query-c.json", "select 5")]);
        let changes = Changes { dir: PathBuf::new(), old, new };

        assert!(!changes.is_empty());
        assert_eq!(
            changes.to_string(),
            "missing query-c.json  select 5\n\
             stale   query-b.json  select 3\n\
             surplus query-d.json  select 4\n\
             .sqlx/: 3 queries; 1 missing, 1 stale, 1 surplus"
        );
    }
}
