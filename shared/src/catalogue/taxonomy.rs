//! A whole category tree as a text: one line for each category with all the names that lead to it, in the two forms in which Google
//! publishes its product taxonomy. Either every line begins with a number (`3237 - Animals & Pet Supplies > Live Animals`), or none does.
//! The first line may be Google's version. Any other line is refused, because otherwise every text would become categories.

use std::collections::BTreeSet;

use super::limits::MAX_LABEL_NAME;
use super::name_key;

/// The largest depth of a category; migrations/functions/catalogue/deepest_category.sql has the same number.
const MAX_DEPTH: usize = 32;
/// The beginning of the first line of Google's taxonomy.
const VERSION: &str = "# Google_Product_Taxonomy_Version: ";
/// The message about a line that is not a category.
const NO_CATEGORY: &str = "this is no category, such as \"3237 - Animals & Pet Supplies > Live Animals\"";

/// The categories of a text, each once and as the names that lead to it, parents before their children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxonomy {
    paths: Vec<Vec<String>>,
}

/// A line that is not a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Number of the line, from 1.
    pub line: usize,
    /// Reason for people to read.
    pub reason: String,
}

impl Taxonomy {
    /// Returns true if the first two lines show that the text is a taxonomy.
    pub fn begins_with(text: &str) -> bool {
        let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let leads_to_the_second = || second.strip_prefix(first).is_some_and(|rest| rest.trim_start().starts_with('>'));
        is_version(first) || numbered(first).is_some() || first.contains(" > ") || leads_to_the_second()
    }

    /// Reads a text. If any line is wrong, returns every wrong line and no categories.
    pub fn read(text: &str) -> Result<Self, Vec<BadLine>> {
        let all = (1..).zip(text.trim_start_matches('\u{feff}').lines().map(str::trim));
        let mut lines: Vec<(usize, &str)> = all.filter(|(_, text)| !text.is_empty()).collect();
        let has_version = lines.first().is_some_and(|(_, text)| is_version(text));
        if has_version {
            lines.remove(0);
        }
        let has_numbers = lines.first().is_some_and(|(_, text)| numbered(text).is_some());
        // A text of names alone is a tree only if some line has a path; otherwise it could be any text.
        let is_tree = has_version || has_numbers || lines.iter().any(|(_, text)| text.contains('>'));
        let (mut paths, mut seen, mut bad) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (line, text) in lines {
            let read = match numbered(text) {
                _ if !is_tree || text.starts_with('#') => Err(NO_CATEGORY.to_owned()),
                Some(names) if has_numbers => path(names),
                None if !has_numbers => path(text),
                Some(_) => Err("there is a number here, and none on the lines before".to_owned()),
                None => Err("there is no number here, as on the lines before".to_owned()),
            };
            match read {
                // A line may come before its parents, and the parents may have no lines.
                Ok(path) => {
                    let keys: Vec<String> = path.iter().map(|name| name_key(name)).collect();
                    paths.extend((1..=path.len()).filter_map(|depth| {
                        seen.insert(keys.get(..depth)?.to_vec()).then_some(path.get(..depth)?.to_vec())
                    }));
                }
                Err(reason) => bad.push(BadLine { line, reason }),
            }
        }
        if bad.is_empty() { Ok(Self { paths }) } else { Err(bad) }
    }

    /// Returns each category as the names that lead to it, parents before their children.
    pub fn paths(&self) -> &[Vec<String>] {
        &self.paths
    }
}

/// Returns true for a line such as `# Google_Product_Taxonomy_Version: 2021-09-21`.
fn is_version(line: &str) -> bool {
    let is_date = |date: &str| !date.is_empty() && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    line.strip_prefix(VERSION).is_some_and(is_date)
}

/// Returns the text that follows `123 - `.
fn numbered(line: &str) -> Option<&str> {
    let (number, path) = line.split_once(" - ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(path)
}

fn path(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split('>').map(|name| name.trim().to_owned()).collect();
    if names.len() > MAX_DEPTH {
        return Err(format!("the tree has at most {MAX_DEPTH} levels"));
    }
    match names
        .iter()
        .find(|name| name.is_empty() || name.contains(char::is_control) || name.chars().count() > MAX_LABEL_NAME)
    {
        Some(name) if name.is_empty() => Err("a name is missing".to_owned()),
        Some(_) => {
            Err(format!("a name has at most {MAX_LABEL_NAME} characters, and no tab or other control character"))
        }
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Taxonomy::read(text).unwrap().paths().iter().map(|path| path.join("/")).collect()
    }

    fn bad(text: &str) -> Vec<usize> {
        Taxonomy::read(text).unwrap_err().into_iter().map(|bad| bad.line).collect()
    }

    #[test]
    fn a_line_is_the_way_to_a_category() {
        let text = "\u{feff}# Google_Product_Taxonomy_Version: 2021-09-21\r\n1 - Animals\r\n\r\n3 - Animals > Birds > Cages\r\n4 - Home - Office\n";
        assert_eq!(paths(text), ["Animals", "Animals/Birds", "Animals/Birds/Cages", "Home - Office"]);
    }

    #[test]
    fn the_first_of_several_spellings_counts() {
        assert_eq!(
            paths("Pants > Jeans\nPANTS > jeans\npants! > Jeans\n"),
            ["Pants", "Pants/Jeans", "pants!", "pants!/Jeans"]
        );
    }

    #[test]
    fn names_alone_are_a_tree_with_google_s_version_or_where_one_is_below_another() {
        assert_eq!(
            paths("# Google_Product_Taxonomy_Version: 2021-09-21\nAnimals\nArts, Crafts\n"),
            ["Animals", "Arts, Crafts"]
        );
        assert_eq!(paths("Animals\nAnimals > Birds\nHome\n"), ["Animals", "Animals/Birds", "Home"]);
        assert_eq!(bad("Animals\nHome\n"), [1, 2]);
        assert!(paths("\n").is_empty());
    }

    #[test]
    fn every_line_that_is_wrong_is_named() {
        let deep = ["x"; 33].join(" > ");
        let text = format!("1 - Animals > > Cages\n2 - Animals\n3 - {deep}\n4 - {}\n5 - A\tB\n", "x".repeat(256));
        assert_eq!(bad(&text), [1, 3, 4, 5]);
    }

    #[test]
    fn a_line_of_another_form_is_wrong() {
        assert_eq!(bad("1 - Animals\nAnimals > Birds\n# for people\n"), [2, 3]);
        assert_eq!(bad("Animals > Birds\n7 - Animals\n# Google_Product_Taxonomy_Version: 2021-09-21\n"), [2, 3]);
        assert_eq!(bad("# Google_Product_Taxonomy_Version: soon\nAnimals > Birds\n"), [1]);
        assert_eq!(bad("Handle,Title\nshirt,Shirt\n"), [1, 2]);
    }

    #[test]
    fn another_file_is_not_taken_for_a_taxonomy() {
        for tree in [
            "\u{feff}1 - Animals & Pet Supplies",
            "# Google_Product_Taxonomy_Version: 2021-09-21",
            "Animals > Birds",
            "Animals\r\nAnimals > Birds",
        ] {
            assert!(Taxonomy::begins_with(tree), "{tree}");
        }
        for other in ["Handle,Title\nshirt,Shirt", "", "# a heading", "Animals\nBirds"] {
            assert!(!Taxonomy::begins_with(other), "{other}");
        }
    }
}
