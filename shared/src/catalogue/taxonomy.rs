//! A whole category tree as a text: a line for each category, with all the names that lead to it, such as Google publishes its product
//! taxonomy: `3237 - Animals & Pet Supplies > Live Animals`. The number may be missing; lines that begin with `#` are for people.

use std::collections::BTreeSet;

/// How deep a category may lie; migrations/0018_category_tree.sql has the same number.
const DEEPEST: usize = 32;
/// How long a name may be, in characters.
const NAME_MAX: usize = 255;

/// The categories of a text, each as the names that lead to it, those above before those below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxonomy {
    paths: Vec<Vec<String>>,
}

/// A line that is no category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Which, from 1.
    pub line: usize,
    /// Why, for people.
    pub reason: String,
}

impl Taxonomy {
    /// Whether a text that begins with this line is meant to be one.
    pub fn begins_with(line: &str) -> bool {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.starts_with("# Google_Product_Taxonomy") || numbered(line).is_some()
    }

    /// Reads a text. Every line that is wrong is named, and then nothing is taken.
    pub fn read(text: &str) -> Result<Self, Vec<BadLine>> {
        let (mut paths, mut seen, mut bad) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match path(numbered(text).unwrap_or(text)) {
                // A line may come before those above it, and these may have none of their own.
                Ok(path) => paths.extend((1..=path.len()).filter_map(|depth| {
                    let above = path.get(..depth)?.to_vec();
                    seen.insert(above.clone()).then_some(above)
                })),
                Err(reason) => bad.push(BadLine { line, reason }),
            }
        }
        if bad.is_empty() { Ok(Self { paths }) } else { Err(bad) }
    }

    /// Each category as the names that lead to it, those above before those below.
    pub fn paths(&self) -> &[Vec<String>] {
        &self.paths
    }
}

/// What follows `123 - `.
fn numbered(line: &str) -> Option<&str> {
    let (number, path) = line.split_once(" - ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(path)
}

fn path(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split('>').map(|name| name.trim().to_owned()).collect();
    if names.len() > DEEPEST {
        return Err(format!("a category lies at most {DEEPEST} deep"));
    }
    match names.iter().find(|name| name.is_empty() || name.contains('\0') || name.chars().count() > NAME_MAX) {
        Some(name) if name.is_empty() => Err("a name is missing".to_owned()),
        Some(_) => Err(format!("a name has at most {NAME_MAX} characters, and no null character")),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_way_to_a_category() {
        let text = "\u{feff}# Google_Product_Taxonomy_Version: 2021-09-21\r\n1 - Animals\r\n\r\n3 - Animals > Birds > Cages\r\nHome - Office\n";
        let taxonomy = Taxonomy::read(text).unwrap();
        let paths: Vec<_> = taxonomy.paths().iter().map(|path| path.join("/")).collect();
        assert_eq!(paths, ["Animals", "Animals/Birds", "Animals/Birds/Cages", "Home - Office"]);
    }

    #[test]
    fn every_line_that_is_wrong_is_named() {
        let deep = ["x"; 33].join(" > ");
        let text = format!("1 - Animals > > Cages\nAnimals\n{deep}\n{}", "x".repeat(256));
        let bad: Vec<_> = Taxonomy::read(&text).unwrap_err().into_iter().map(|bad| bad.line).collect();
        assert_eq!(bad, [1, 3, 4]);
    }

    #[test]
    fn a_taxonomy_is_told_from_other_files() {
        assert!(Taxonomy::begins_with("\u{feff}1 - Animals & Pet Supplies"));
        assert!(Taxonomy::begins_with("# Google_Product_Taxonomy_Version: 2021-09-21"));
        for other in ["Handle,Title", "", "# a heading", "Animals > Birds"] {
            assert!(!Taxonomy::begins_with(other), "{other}");
        }
    }
}
