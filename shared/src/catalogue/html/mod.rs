//! Cleans the HTML of a description, which storefronts show as it is.
//!
//! `ammonia` parses the text as a browser does and keeps the tags and attributes that are listed here. What is left is pruned: links and images
//! without an address lose their tag, and so do tags that are nested too deep.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

/// Tags that are kept.
const TAGS: [&str; 50] = [
    "a",
    "address",
    "article",
    "aside",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
/// Tags within a line of text, which split no word. `plain_text.sql` has the same list.
const INLINE: [&str; 12] = ["a", "b", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"];
/// Tags that are not kept, but end a word, as browsers show their content apart.
const SEPARATING: [&str; 13] = [
    "button", "details", "dialog", "fieldset", "form", "hgroup", "legend", "main", "menu", "nav", "option", "search",
    "summary",
];
/// Attributes that are kept on one tag. `class` is kept on every tag.
const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("a", &["href"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("img", &["src", "alt"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
];
/// Tags that are removed with their content. Of every other tag that is not kept, the content stays.
const REMOVED: [&str; 15] = [
    "script", "style", "template", "iframe", "object", "embed", "noscript", "svg", "math", "head", "title", "textarea",
    "select", "xmp", "noembed",
];
/// Tags that are never closed.
const VOID: [&str; 4] = ["br", "col", "hr", "img"];
/// The beginnings that a URL must have.
const ADDRESSES: [&str; 5] = ["https://", "http://", "mailto:", "/", "#"];
/// Classes of Bootstrap and Tailwind that take an element out of the text, so that it could cover the page.
const COVERING_CLASSES: [&str; 13] = [
    "absolute",
    "fixed",
    "fixed-bottom",
    "fixed-top",
    "modal",
    "modal-backdrop",
    "offcanvas",
    "position-absolute",
    "position-fixed",
    "position-sticky",
    "sticky",
    "sticky-top",
    "stretched-link",
];
/// Prefixes of classes that are hooks of the storefront's scripts (`js-`) or that move an element out of the text.
const COVERING_PREFIXES: [&str; 4] = ["js-", "inset-", "-inset-", "z-"];
/// Maximum depth of nested tags.
const MAX_DEPTH: usize = 40;
/// Maximum number of tags in a description. The parser's time grows with the square of the open tags.
const MAX_TAGS: usize = 5_000;
/// Maximum number of rounds of cleaning. A browser reads some wrongly nested HTML differently once it is written out, so it takes a few
/// rounds until the result stays the same.
const MAX_ROUNDS: usize = 5;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes = ATTRIBUTES.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect()));
    let mut cleaner = Builder::empty();
    cleaner
        .tags(TAGS.into_iter().chain(SEPARATING).collect())
        .clean_content_tags(HashSet::from(REMOVED))
        .generic_attributes(HashSet::from(["class"]))
        .tag_attributes(HashMap::from_iter(attributes))
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|_, name, value| clean_attribute(name, value));
    cleaner
});

/// Removes everything that could harm a reader. Cleaning the result again changes nothing.
pub fn clean_html(html: &str) -> String {
    if html.matches('<').count() <= MAX_TAGS {
        let mut clean = clean_once(html);
        for _ in 0..MAX_ROUNDS {
            let again = clean_once(&clean);
            if again == clean {
                return clean;
            }
            clean = again;
        }
    }
    // Nobody writes such a description by hand, so only its words are kept.
    clean_once(&without_tags(html))
}

/// Returns the text outside of tags, found without a parser, with a blank for each tag that ends a word.
fn without_tags(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (tag, after) in pieces.filter_map(|piece| piece.split_once('>')) {
        let tag = tag.trim_start_matches('/');
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            text.push(' ');
        }
        text.push_str(after);
    }
    text
}

fn clean_once(html: &str) -> String {
    prune(&CLEANER.clean(html).to_string()).trim().to_owned()
}

/// Returns the part of an attribute's value that is kept; `None` removes the attribute.
fn clean_attribute<'v>(name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match name {
        "href" | "src" => {
            let address = value.trim();
            let lower = address.to_ascii_lowercase();
            ADDRESSES.iter().any(|beginning| lower.starts_with(beginning)).then_some(address.into())
        }
        "class" => {
            let kept: Vec<_> = value.split_ascii_whitespace().filter(|class| is_harmless_class(class)).collect();
            (!kept.is_empty()).then(|| kept.join(" ").into())
        }
        "colspan" | "rowspan" | "span" | "start" => {
            (value.len() <= 3 && value.bytes().all(|byte| byte.is_ascii_digit())).then_some(value.into())
        }
        _ => Some(value.into()),
    }
}

fn is_harmless_class(class: &str) -> bool {
    class.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !COVERING_CLASSES.iter().any(|covering| class.eq_ignore_ascii_case(covering))
        && !COVERING_PREFIXES.iter().any(|prefix| class.to_ascii_lowercase().starts_with(prefix))
}

/// Removes links without `href`, images without `src`, and tags that are nested too deep; leaves a blank for a tag that only ends a word;
/// gives every image an `alt`. The input is what `ammonia` writes: every tag that is not void is closed, and `<` in a text is escaped.
fn prune(html: &str) -> String {
    let mut pruned = String::with_capacity(html.len());
    // For each open tag, true if it was kept.
    let mut open = Vec::new();
    let mut depth = 0;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        pruned.push_str(&rest[..at]);
        let (tag, after) = split_tag(&rest[at..]);
        rest = after;
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let is_separating = SEPARATING.contains(&name.trim_start_matches('/'));
        let is_kept = if name.starts_with('/') {
            let is_kept = open.pop().unwrap_or(false);
            depth -= usize::from(is_kept);
            is_kept
        } else {
            let is_kept = depth < MAX_DEPTH
                && !is_separating
                && match name {
                    "a" => attributes.contains("href=\""),
                    "img" => attributes.contains("src=\""),
                    _ => true,
                };
            if !VOID.contains(&name) {
                open.push(is_kept);
                depth += usize::from(is_kept);
            }
            is_kept
        };
        match is_kept {
            true if name == "img" && !attributes.contains("alt=\"") => {
                pruned.push_str(tag.trim_end_matches('>'));
                pruned.push_str(" alt=\"\">");
            }
            true => pruned.push_str(tag),
            false if is_separating => pruned.push(' '),
            false => {}
        }
    }
    pruned.push_str(rest);
    pruned
}

/// Splits after the first `>` that is not in quotes.
fn split_tag(from: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = from.find(|c: char| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    from.split_at(end.map_or(from.len(), |end| end + 1))
}

#[cfg(test)]
mod tests;
