//! The column of an export that names all categories of a product, each by its whole path: `Clothing > Tops, Sale`. Shopify's `Type` has
//! the name of one of them only. A comma, a `>` or a backslash of a name has a backslash before it.

use crate::catalogue::limits::{MAX_LABEL_NAME, MAX_LABELS};

/// The column. Shopify ignores columns that it does not know.
pub(super) const CATEGORY_PATHS: &str = "Category Paths";

const ESCAPE: char = '\\';

/// Writes the paths in this order.
pub(super) fn write(paths: &[&[String]]) -> String {
    let path = |names: &&[String]| names.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(" > ");
    paths.iter().map(path).collect::<Vec<_>>().join(", ")
}

/// Returns true if the character ends a name unless a backslash is before it, or is a backslash.
const fn is_special(c: char) -> bool {
    matches!(c, ',' | '>' | ESCAPE)
}

fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if is_special(c) {
            text.push(ESCAPE);
        }
        text.push(c);
    }
    text
}

/// Reads the paths of a cell. A backslash before any other character belongs to the name.
pub(super) fn read(cell: &str) -> Result<Vec<Vec<String>>, String> {
    let mut paths = Vec::new();
    let (mut path, mut name) = (Vec::new(), String::new());
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ESCAPE => name.push(chars.next_if(|next| is_special(*next)).unwrap_or(ESCAPE)),
            '>' => path.push(std::mem::take(&mut name)),
            ',' => {
                path.push(std::mem::take(&mut name));
                paths.push(std::mem::take(&mut path));
            }
            c => name.push(c),
        }
    }
    path.push(name);
    paths.push(path);
    let paths: Vec<Vec<String>> = paths.into_iter().map(trimmed).filter(|path| !is_empty(path)).collect();
    check(&paths)?;
    Ok(paths)
}

fn trimmed(path: Vec<String>) -> Vec<String> {
    path.into_iter().map(|name| name.trim().to_owned()).collect()
}

/// Returns true for what stands between two commas that follow each other.
fn is_empty(path: &[String]) -> bool {
    matches!(path, [name] if name.is_empty())
}

fn check(paths: &[Vec<String>]) -> Result<(), String> {
    if paths.len() > MAX_LABELS {
        return Err(format!("the product has more than {MAX_LABELS} categories"));
    }
    let mut names = paths.iter().flatten();
    if names.clone().any(String::is_empty) {
        return Err(format!(
            "\"{CATEGORY_PATHS}\" has a \">\" without a name on both sides; write a path as in Clothing > Tops, and \\> for a \">\" in a name"
        ));
    }
    if names.any(|name| name.chars().count() > MAX_LABEL_NAME) {
        return Err(format!("a category has more than {MAX_LABEL_NAME} characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(paths: &[&[&str]]) -> String {
        let paths: Vec<Vec<String>> =
            paths.iter().map(|path| path.iter().map(|name| (*name).to_owned()).collect()).collect();
        let text = write(&paths.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(read(&text).as_ref(), Ok(&paths), "{text}");
        text
    }

    #[test]
    fn every_name_comes_back() {
        assert_eq!(there_and_back(&[]), "");
        assert_eq!(there_and_back(&[&["Home", "Kitchen"], &["Sale"]]), "Home > Kitchen, Sale");
        assert_eq!(there_and_back(&[&["Garden > Patio", "Pots, large"]]), "Garden \\> Patio > Pots\\, large");
        assert_eq!(there_and_back(&[&["a\\", "\\,"], &["\\\\>"]]), "a\\\\ > \\\\\\,, \\\\\\\\\\>");
        for name in [">", ",", "\\", "a  b", "\"quoted\"", "'", "=1+1", "line\nbreak", "小米", "A >> B", "C:\\new"] {
            there_and_back(&[&[name]]);
            there_and_back(&[&[name, name], &["x", name, "y"], &[name]]);
        }
    }

    #[test]
    fn people_write_blanks_commas_and_backslashes_as_they_like() {
        let read = |cell| read(cell).unwrap().iter().map(|path| path.join("/")).collect::<Vec<_>>();
        assert_eq!(read(" Home>Kitchen ,,Sale, "), ["Home/Kitchen", "Sale"]);
        assert_eq!(read("C:\\new > x\\"), ["C:\\new/x\\"]);
        assert_eq!(read(" "), Vec::<String>::new());
    }

    #[test]
    fn a_path_without_a_name_or_beyond_a_limit_is_an_error() {
        for cell in ["Home > ", "> Kitchen", "Home > > Kitchen", "Sale, >"] {
            assert!(read(cell).unwrap_err().contains("without a name"), "{cell}");
        }
        let long = "x".repeat(MAX_LABEL_NAME);
        assert!(read(&long).is_ok());
        assert!(read(&format!("{long}x")).unwrap_err().contains("more than 255 characters"));
        let many = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
        assert!(read(&many(MAX_LABELS)).is_ok());
        assert!(read(&many(MAX_LABELS + 1)).unwrap_err().contains("more than 100 categories"));
    }
}
