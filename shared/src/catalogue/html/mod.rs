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
    "button", "details", "dialog", "fieldset", "form", "hgroup", "legend", "main", "menu", "nav", "option", "search", "summary",
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
mod tests {
    use super::*;

    #[test]
    fn simple_html_comes_through() {
        for html in [
            "Soft &amp; warm, 30°, 2&nbsp;pieces.",
            "<p>Soft <b>cotton</b>,<br>washable</p>\n<ul><li>one</li><li>two</li></ul>",
            "<section><header>Care</header>wash</section><article>dry</article><center>iron</center>",
            "<h2>Care</h2><table><tbody><tr><td>30°</td></tr></tbody></table>",
            "<figure class=\"wide left_2\"><img src=\"/a.jpg\" alt=\"\"><figcaption>A <span class=\"shade\">blue</span> one</figcaption></figure>",
            "<table><colgroup><col span=\"2\"></colgroup><tbody><tr><th colspan=\"2\" scope=\"row\">Size</th><td rowspan=\"3\">M</td></tr></tbody></table>",
            "<a href=\"https://example.com/?a=1&amp;b=2\" rel=\"noopener noreferrer\">more</a> <a href=\"/care/\" rel=\"noopener noreferrer\">care</a>",
            "<img src=\"https://example.com/a.jpg\" alt=\"A shirt\">",
        ] {
            assert_eq!(clean_html(html), html);
        }
    }

    #[test]
    fn what_could_run_is_gone() {
        for (html, clean) in [
            ("a<script>alert(1)</script>b", "ab"),
            ("a<SCRIPT src=//x.test>alert(1)</ScRiPt >b", "ab"),
            ("a<script>never closed", "a"),
            ("<scr<script></script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
            ("<b onclick=\"x()\" style='color:red'>a</b>", "<b>a</b>"),
            ("<img src=x onerror=alert(1)>", ""),
            ("<img src=\"/a.jpg\" onerror=alert(1)>", "<img src=\"/a.jpg\" alt=\"\">"),
            ("<a href=javascript:alert(1)>a</a>", "a"),
            ("<a href=\" JaVaScRiPt:alert(1)\">a</a>", "a"),
            ("<a href=\"java&#115;cript:alert(1)\">a</a>", "a"),
            ("<a href=\"java\tscript:alert(1)\">a</a>", "a"),
            ("<a href=\"data:text/html,x\">a</a>", "a"),
            (
                "<a href='https://x.test/\" onclick=\"y'>a</a>",
                "<a href=\"https://x.test/&quot; onclick=&quot;y\" rel=\"noopener noreferrer\">a</a>",
            ),
            ("<svg><a xlink:href=javascript:x></a></svg>c", "c"),
            ("<style>@import 'x'</style>c", "c"),
            ("<iframe srcdoc='<script>x</script>'></iframe>c", "c"),
            ("<!-- <script>x</script> -->c<!doctype x><?php x ?>", "c"),
            ("<form action=x><input name=y><button>a</button></form>", "a"),
            ("<p title=\"a>b\">c</p>", "<p>c</p>"),
            ("<p style=\"position:fixed;inset:0\">a</p>", "<p>a</p>"),
            ("<div class=\"fixed inset-0 z-50 js-buy md:absolute note\">a</div>", "<div class=\"note\">a</div>"),
            ("<div class=\"Modal\">a</div>", "<div>a</div>"),
            ("<td colspan=\"1000000\">a</td><a name=\"x\">b</a>", "ab"),
            ("<table><tbody><tr><td colspan=\"1000000\">a", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
            (
                "<noscript><p title=\"</noscript><img src=/x onerror=alert(1)>\"></noscript>",
                "<img src=\"/x\" alt=\"\">\"&gt;",
            ),
            ("<a href=\"/x\" target=_blank rel=opener>a</a>", "<a href=\"/x\" rel=\"noopener noreferrer\">a</a>"),
            ("<math><mi//xlink:href=\"data:x,<script>y</script>\">", ""),
        ] {
            assert_eq!(clean_html(html), clean, "{html}");
        }
    }

    #[test]
    fn a_tag_that_is_removed_ends_a_word_as_in_a_browser() {
        for (html, clean) in [
            ("<details open><summary>Care</summary>Wash cold</details>", "Care Wash cold"),
            ("<p>a</p><main class=\"x\">b</main>c<nav>d</nav>", "<p>a</p> b c d"),
            ("<button>a</button><button>b</button>", "a  b"),
            ("a<mark>b</mark><font color=red>c</font><wbr>d", "abcd"),
        ] {
            assert_eq!(clean_html(html), clean);
        }
    }

    #[test]
    fn nothing_is_left_open_and_nothing_closed_that_was_not_opened() {
        assert_eq!(clean_html("</div><p>a<ul><li>b<li>c"), "<p>a</p><ul><li>b</li><li>c</li></ul>");
        assert_eq!(clean_html("<b><i>a</b>b</i>"), "<b><i>a</i></b><i>b</i>");
    }

    #[test]
    fn what_is_no_tag_is_text() {
        assert_eq!(clean_html("1 < 2 & 3 > 2, \"R&D\" <3"), "1 &lt; 2 &amp; 3 &gt; 2, \"R&amp;D\" &lt;3");
        assert_eq!(clean_html("a <"), "a &lt;");
        assert_eq!(clean_html("a <b"), "a", "a browser shows no tag that has no end");
        assert_eq!(clean_html("<b =\"x\" ==>a"), "<b>a</b>");
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for html in [
            "<p>a<p>b<div>c",
            "x & y &copy; &bogus",
            "<a href=https://x.test/?a&b>c",
            "<i><b>é\u{2028}",
            "&#x1f;\"",
            "<pre>\n\na</pre>",
            "<a href=/a><table><a href=/b>c",
            "<b><p><i></b><table><tr><p>d",
            "<p><a>x<p>y</a>z<img><figure>",
            "<table><b><td>x</table>y",
            "<h1><h2>a</h1><li><li>b<dd><dt>",
            "&amp;lt;b&amp;gt;",
        ] {
            let once = clean_html(html);
            assert_eq!(clean_html(&once), once);
        }
    }

    #[test]
    fn a_thousand_tags_in_each_other_are_cut() {
        let clean = clean_html(&"<div>".repeat(1_000));
        assert_eq!(clean.matches("<div>").count(), MAX_DEPTH);
        assert_eq!(clean.matches("</div>").count(), MAX_DEPTH);
    }

    /// Not every kind of wrong nesting can be listed, so some are generated.
    #[test]
    fn cleaning_made_up_html_twice_changes_nothing() {
        let pieces = [
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<a href=/x>",
            "</a>",
            "<pre>",
            "\n",
            "<li>",
            "<ul>",
            "</ul>",
            "a",
            "&lt;",
            "<svg>",
            "</svg>",
            "<select>",
            "<h1>",
            "</h1>",
            "<caption>",
            "<col>",
            "<img src=/y>",
            "<span class=z>",
            "<math><mi>",
            "<template>",
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "\"",
            "'",
            "<dd>",
            "<figure>",
        ];
        let mut state = 1_u64;
        for _ in 0..2_000 {
            let html: String = (0..12)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    pieces[(state >> 33) as usize % pieces.len()]
                })
                .collect();
            let once = clean_html(&html);
            assert_eq!(clean_html(&once), once, "{html}");
        }
    }

    /// Parsing these descriptions would take seconds.
    #[test]
    fn of_a_description_with_too_many_tags_the_words_are_kept() {
        assert_eq!(clean_html(&"<i>a</b>".repeat(8_000)), "a".repeat(8_000));
        assert_eq!(clean_html(&"<div>a".repeat(8_000)), "a ".repeat(8_000).trim());
        assert_eq!(clean_html(&"<p>1 &lt; 2</P >".repeat(3_000)), "1 &lt; 2  ".repeat(3_000).trim());
    }
}
