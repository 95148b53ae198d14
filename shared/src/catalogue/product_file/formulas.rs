//! Cells that a spreadsheet would run as formulas. An export puts an apostrophe before each, and the import removes it again.
//!
//! In countries with a decimal comma, spreadsheets also split cells at semicolons: they read the cell `x;=1+1` as two cells, of which the second
//! is a formula. So the text after each separator is guarded as well.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters with which a formula begins, the full-width ones included.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Characters after which a spreadsheet may begin another cell.
const SEPARATORS: [char; 4] = [';', '\t', '\n', '\r'];

/// Puts an apostrophe before each place where a formula could begin.
pub(in crate::catalogue) fn guarded(text: &str) -> String {
    let mut guarded = with_guarded_beginning(text);
    let mut is_separated = false;
    for (at, c) in text.char_indices() {
        if is_separated && begins_formula(&text[at..]) {
            guarded.push('\'');
        }
        guarded.push(c);
        is_separated = SEPARATORS.contains(&c);
    }
    guarded
}

/// Does the same for HTML, where a sign behind a separator becomes an entity: `&nbsp;- cotton` is frequent, and an apostrophe in it would be read by
/// buyers of a shop that imports the file.
pub(in crate::catalogue) fn guarded_html(html: &str) -> String {
    let mut guarded = with_guarded_beginning(html);
    let mut is_separated = false;
    for c in html.chars() {
        let is_sign = is_separated && SIGNS.contains(&c);
        if is_sign {
            let _ = write!(guarded, "&#{};", u32::from(c));
        } else {
            guarded.push(c);
        }
        // The entity ends in a separator itself.
        is_separated = is_sign || SEPARATORS.contains(&c);
    }
    guarded
}

/// Removes the apostrophes that [`guarded`] has put behind separators. The one at the beginning stays.
pub(in crate::catalogue) fn without_guards(text: &str) -> Cow<'_, str> {
    if !text.contains('\'') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut is_separated = false;
    for (at, c) in text.char_indices() {
        if !(is_separated && c == '\'' && begins_formula(&text[at + 1..])) {
            plain.push(c);
        }
        is_separated = SEPARATORS.contains(&c);
    }
    plain.into()
}

/// Removes the apostrophe at the beginning that keeps spreadsheets from reading a cell as a formula or a number.
pub(in crate::catalogue) fn unquoted(cell: &str, is_code: bool) -> &str {
    let is_guarded = |rest: &str| rest.starts_with(['\t', '\r', '\'']) || rest.starts_with(SIGNS);
    match cell.strip_prefix('\'') {
        Some(rest) if is_guarded(rest) || is_code && rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        Some(_) | None => cell,
    }
}

/// Returns an apostrophe if the text needs one at its beginning, else nothing.
fn with_guarded_beginning(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    if text.starts_with(['\t', '\r', '\'']) || text.starts_with(SIGNS) {
        guarded.push('\'');
    }
    guarded
}

/// Returns true if the text is a formula, with or without apostrophes before it.
fn begins_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_where_a_formula_could_begin_is_guarded_and_read_back() {
        for (text, expected) in [
            ("Shirt", "Shirt"),
            ("it's; 'fine'", "it's; 'fine'"),
            ("=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            ("'quoted", "''quoted"),
            ("'=1", "''=1"),
            ("\tx", "'\tx"),
            ("x;=1+1", "x;'=1+1"),
            ("x;＠y", "x;'＠y"),
            ("x;'=1", "x;''=1"),
            ("x;''-1;'b;@", "x;'''-1;'b;'@"),
            ("-1;-1\n+2\r\n=3\t@4", "'-1;'-1\n'+2\r\n'=3\t'@4"),
            (";;=", ";;'="),
            ("", ""),
        ] {
            assert_eq!(guarded(text), expected, "{text}");
            assert_eq!(unquoted(&without_guards(&guarded(text)), false), text);
        }
    }

    #[test]
    fn in_html_a_sign_becomes_an_entity() {
        for (html, expected) in [
            ("<p>a - b</p>", "<p>a - b</p>"),
            ("<p>a&nbsp;- b</p>", "<p>a&nbsp;&#45; b</p>"),
            ("<p>;=-＝</p>", "<p>;&#61;&#45;&#65309;</p>"),
            ("- a\n- b", "'- a\n&#45; b"),
        ] {
            assert_eq!(guarded_html(html), expected);
        }
    }
}
