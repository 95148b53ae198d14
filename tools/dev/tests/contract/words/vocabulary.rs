//! The tables of `docs/vocabulary.md`.

use crate::functions::workspace;

/// The parts of the page that tests hold.
pub(super) struct Vocabulary {
    /// Phrases to avoid, each as its words in lower case.
    pub(super) avoided: Vec<Vec<String>>,
    /// Names that no schema has.
    pub(super) old_schemas: Vec<Pattern>,
    /// Names that no identifier of the code has.
    pub(super) old_identifiers: Vec<Pattern>,
    /// Parts of paths, parameters and error codes that are not used.
    pub(super) old_codes: Vec<String>,
    /// Verbs that a summary and the body of an action may begin with.
    pub(super) verbs: Vec<String>,
}

/// A name, or one in which `X` stands for any name: `NewX`, `XPatch`.
#[derive(Debug)]
pub(super) enum Pattern {
    Exact(String),
    Prefix(String),
    Suffix(String),
}

impl Pattern {
    fn parse(text: &str) -> Self {
        if let Some(prefix) = text.strip_suffix('X') {
            Self::Prefix(prefix.to_owned())
        } else if let Some(suffix) = text.strip_prefix('X') {
            Self::Suffix(suffix.to_owned())
        } else {
            Self::Exact(text.to_owned())
        }
    }

    /// Returns true if the name is this one or one of this form. A prefix ends where a new word begins: `NewX` is not `Newsletter`.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => name == exact,
            Self::Prefix(prefix) => name
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.chars().next().is_some_and(char::is_uppercase)),
            Self::Suffix(suffix) => name.strip_suffix(suffix.as_str()).is_some_and(|rest| !rest.is_empty()),
        }
    }
}

impl Vocabulary {
    pub(super) fn load() -> Self {
        let page = std::fs::read_to_string(workspace().join("docs/vocabulary.md")).unwrap();
        let words = |phrase: &str| phrase.to_lowercase().split(' ').map(str::to_owned).collect();
        let vocabulary = Self {
            avoided: left_column(section(&page, "Words to avoid")).map(words).collect(),
            old_schemas: left_column(section(&page, "Schemas")).map(Pattern::parse).collect(),
            old_identifiers: left_column(section(&page, "Code")).map(Pattern::parse).collect(),
            old_codes: left_column(section(&page, "Paths and codes")).map(str::to_owned).collect(),
            verbs: quoted(section(&page, "Verbs of the API")).map(str::to_owned).collect(),
        };
        assert!(vocabulary.avoided.contains(&vec!["by".to_owned(), "now".to_owned()]));
        assert!(vocabulary.old_schemas.iter().any(|old| old.matches("NewCart")));
        // In two parts, so that this file does not contain the old name.
        assert!(vocabulary.old_identifiers.iter().any(|old| old.matches(concat!("MOST", "_LINES"))));
        assert!(vocabulary.old_codes.iter().any(|code| code == concat!("bad_", "rows/")));
        assert!(vocabulary.verbs.iter().any(|verb| verb == "Create"));
        vocabulary
    }
}

/// The text between a heading and the next.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let heading = format!("\n## {heading}\n");
    let (_, after) = page.split_once(&heading).unwrap_or_else(|| panic!("no heading `{heading}`"));
    after.split("\n## ").next().unwrap_or_default()
}

/// The quoted names in the left column of the tables whose head is `instead of`.
fn left_column(section: &str) -> impl Iterator<Item = &str> {
    let mut is_old_names = false;
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter(move |row| {
        if row.starts_with("instead of |") || row.starts_with("word |") {
            is_old_names = row.starts_with("instead of");
        }
        is_old_names
    })
    .flat_map(|row| quoted(row.split('|').next().unwrap_or_default()))
}

/// The texts between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
