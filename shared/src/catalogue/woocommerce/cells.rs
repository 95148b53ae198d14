//! Cells that have more than one value, and texts as the export writes them.

use crate::catalogue::name_key::is_blank;

/// Splits a cell at its commas. A comma that belongs to a value has a backslash before it.
pub(super) fn list(cell: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(',')) => {
                chars.next();
                push(&mut values, ',');
            }
            (',', _) => values.push(String::new()),
            (c, _) => push(&mut values, c),
        }
    }
    values.iter().map(|value| value.trim().to_owned()).filter(|value| !is_blank(value)).collect()
}

fn push(values: &mut [String], c: char) {
    if let Some(last) = values.last_mut() {
        last.push(c);
    }
}

/// Returns the one value of a cell, whose commas have backslashes before them.
pub(super) fn single(cell: &str) -> String {
    cell.replace("\\,", ",")
}

/// Tags that make a text HTML with its own paragraphs.
const BLOCKS: [&str; 9] = ["<p", "<div", "<ul", "<ol", "<table", "<h", "<br", "<blockquote", "<section"];

/// Returns a description as HTML. The export writes a line break as `\n`, and WordPress shows blank lines as paragraphs.
pub(super) fn html(text: &str) -> String {
    // A text that had `\n` itself has `\\n`.
    let parts: Vec<String> = text.split("\\\\n").map(|part| part.replace("\\n", "\n")).collect();
    let text = parts.join("\\n").replace('\r', "");
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if BLOCKS.iter().any(|tag| lower.contains(tag)) || text.is_empty() {
        return text.to_owned();
    }
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", paragraph.replace('\n', "<br>"))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_with_a_backslash_belong_to_the_value() {
        assert_eq!(list("Red,  Green\\, dark ,, Blue"), ["Red", "Green, dark", "Blue"]);
        assert_eq!(list(" "), Vec::<String>::new());
        assert_eq!(single("1\\,5 l"), "1,5 l");
    }

    #[test]
    fn line_breaks_of_a_description_become_paragraphs() {
        assert_eq!(html("One\\ntwo\\n\\nThree"), "<p>One<br>two</p>\n<p>Three</p>");
        assert_eq!(html("<p>One</p>\\n<p>Two</p>"), "<p>One</p>\n<p>Two</p>");
        assert_eq!(html("a path: C:\\\\new"), "<p>a path: C:\\new</p>");
        assert_eq!(html(""), "");
    }
}
