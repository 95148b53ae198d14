//! Cleans the HTML of a description, which storefronts show as it is.
//!
//! Nothing is passed on as it came. The text is read as tags and words, and what comes out is written anew: words with every
//! special character escaped, and a few tags without attributes. Only `a` has a `href` and `img` a `src` and an `alt`, each
//! escaped, and an address must begin like one. So there is no script, handler, style or address of another kind in it,
//! however it was hidden; and every tag is closed, so that it cannot spill into the page around it.

/// Kept, without attributes.
const PLAIN: [&str; 36] = [
    "b",
    "i",
    "strong",
    "em",
    "u",
    "s",
    "small",
    "sub",
    "sup",
    "code",
    "p",
    "div",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "br",
    "hr",
];
/// Kept, never closed.
const VOID: [&str; 3] = ["br", "hr", "img"];
/// Removed with all that is inside.
const REMOVED: [&str; 15] = [
    "script", "style", "template", "iframe", "object", "embed", "noscript", "svg", "math", "head", "title", "textarea",
    "select", "xmp", "noembed",
];
/// Words of a paragraph; everything else that is kept ends a paragraph that is open.
const INLINE: [&str; 13] = ["b", "i", "strong", "em", "u", "s", "small", "sub", "sup", "code", "a", "br", "img"];
/// What addresses begin with.
const SCHEMES: [&str; 5] = ["https://", "http://", "mailto:", "/", "#"];
/// How deep tags may lie in each other; deeper ones are left out.
const MAX_DEPTH: usize = 40;

/// The HTML with what is harmless in it. Cleaning it again changes nothing.
pub fn clean_html(html: &str) -> String {
    let mut clean = Clean::default();
    let mut rest = html.trim();
    while let Some(at) = rest.find('<') {
        clean.words(&rest[..at]);
        rest = clean.markup(&rest[at..]);
    }
    clean.words(rest);
    clean.close_down_to(0);
    clean.html.trim().to_owned()
}

#[derive(Default)]
struct Clean {
    html: String,
    open: Vec<&'static str>,
}

/// `<a href="…">`, read.
struct Tag<'h> {
    name: String,
    attributes: Vec<(String, &'h str)>,
}

impl Clean {
    fn words(&mut self, text: &str) {
        escape(text, &mut self.html);
    }

    /// What begins with `<`; answers what follows it.
    fn markup<'h>(&mut self, from: &'h str) -> &'h str {
        if let Some(comment) = from.strip_prefix("<!--") {
            return after(comment, "-->");
        }
        if from.starts_with("<!") || from.starts_with("<?") {
            return after(from, ">");
        }
        let (closing, inside) = match from.strip_prefix("</") {
            Some(inside) => (true, inside),
            None => (false, &from[1..]),
        };
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.html.push_str("&lt;");
            return &from[1..];
        }
        let (tag, rest) = read_tag(inside);
        if closing {
            if let Some(at) = self.open.iter().rposition(|open| *open == tag.name) {
                self.close_down_to(at);
            }
            rest
        } else if REMOVED.contains(&tag.name.as_str()) {
            after_closing(rest, &tag.name)
        } else {
            self.open(&tag);
            rest
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let known = PLAIN.iter().chain(&["a", "img"]).find(|name| **name == tag.name);
        let Some(&name) = known.filter(|_| self.open.len() < MAX_DEPTH) else { return };
        let attributes = match name {
            "a" => address(tag, "href"),
            "img" => {
                address(tag, "src").map(|src| format!("{src}{}", attribute("alt", tag.value("alt").unwrap_or(""))))
            }
            _ => Some(String::new()),
        };
        let Some(attributes) = attributes else { return };
        match self.open.last() {
            Some(&"p") if !INLINE.contains(&name) => self.close_down_to(self.open.len() - 1),
            Some(&"li") if name == "li" => self.close_down_to(self.open.len() - 1),
            Some(_) | None => {}
        }
        self.html.push_str(&format!("<{name}{attributes}>"));
        if !VOID.contains(&name) {
            self.open.push(name);
        }
    }

    fn close_down_to(&mut self, depth: usize) {
        for name in self.open.drain(depth..).rev() {
            self.html.push_str(&format!("</{name}>"));
        }
    }
}

impl Tag<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }
}

/// ` href="…"`, if it is an address. It must begin like one as it stands, before any entity in it is read.
fn address(tag: &Tag<'_>, name: &str) -> Option<String> {
    let url = tag.value(name)?.trim();
    let lower = url.to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| lower.starts_with(scheme)).then(|| attribute(name, url))
}

fn attribute(name: &str, value: &str) -> String {
    let mut escaped = String::new();
    escape(value, &mut escaped);
    format!(" {name}=\"{}\"", escaped.replace('"', "&quot;"))
}

/// Everything escaped that could end a text; entities that are there already stay.
fn escape(text: &str, to: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '&' if !is_entity(&text[at + 1..]) => to.push_str("&amp;"),
            c => to.push(c),
        }
    }
}

/// `amp;`, `#39;` or `#x27;`.
fn is_entity(text: &str) -> bool {
    let Some(end) = text.bytes().take(32).position(|byte| byte == b';') else { return false };
    let name = &text[..end];
    let digits = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(number) => digits(number, 16),
            None => digits(number, 10),
        },
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}

/// Reads a tag from its name on, and answers what follows its `>`. A `>` in quotes does not end it.
fn read_tag(from: &str) -> (Tag<'_>, &str) {
    let (name, mut rest) = split_at_any(from, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        match rest.strip_prefix('>') {
            Some(after) => return (tag, after),
            None if rest.is_empty() => return (tag, rest),
            None => {}
        }
        // A stray `=` may begin a name, so there is always something to take.
        let (name, after) = split_at_any(rest, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '='));
        let (name, after) = if name.is_empty() { ("=", after.get(1..).unwrap_or_default()) } else { (name, after) };
        let (value, after) = read_value(after);
        tag.attributes.push((name.to_ascii_lowercase(), value));
        rest = after;
    }
}

fn read_value(from: &str) -> (&str, &str) {
    let Some(value) = from.trim_start_matches(|c: char| c.is_ascii_whitespace()).strip_prefix('=') else {
        return ("", from);
    };
    let value = value.trim_start_matches(|c: char| c.is_ascii_whitespace());
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
        Some(_) | None => split_at_any(value, |c| c.is_ascii_whitespace() || c == '>'),
    }
}

fn split_at_any(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

fn after<'h>(text: &'h str, end: &str) -> &'h str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What follows `</name …>`; nothing, where it is never closed.
fn after_closing<'h>(text: &'h str, name: &str) -> &'h str {
    let is_closing = |at: &usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
    let at = text.match_indices("</").map(|(at, _)| at).find(is_closing);
    at.map_or("", |at| after(&text[at..], ">"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_html_comes_through() {
        for html in [
            "Soft &amp; warm.",
            "<p>Soft <b>cotton</b>,<br>washable</p>\n<ul><li>one</li><li>two</li></ul>",
            "<h2>Care</h2><table><tbody><tr><td>30&deg;</td></tr></tbody></table>",
            "<a href=\"https://example.com/?a=1&amp;b=2\">more</a> <a href=\"/care/\">care</a>",
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
                "<a href=\"https://x.test/&quot; onclick=&quot;y\">a</a>",
            ),
            ("<svg><a xlink:href=javascript:x></a></svg>c", "c"),
            ("<style>@import 'x'</style>c", "c"),
            ("<iframe srcdoc='<script>x</script>'></iframe>c", "c"),
            ("<!-- <script>x</script> -->c<!doctype x><?php x ?>", "c"),
            ("<form action=x><input name=y><button>a</button></form>", "a"),
            ("<p title=\"a>b\">c</p>", "<p>c</p>"),
            ("<math><mi//xlink:href=\"data:x,<script>y</script>\">", ""),
        ] {
            assert_eq!(clean_html(html), clean, "{html}");
        }
    }

    #[test]
    fn nothing_is_left_open_and_nothing_closed_that_was_not_opened() {
        assert_eq!(clean_html("</div><p>a<ul><li>b<li>c"), "<p>a</p><ul><li>b</li><li>c</li></ul>");
        assert_eq!(clean_html("<b><i>a</b>b</i>"), "<b><i>a</i></b>b");
    }

    #[test]
    fn what_is_no_tag_is_text() {
        assert_eq!(clean_html("1 < 2 & 3 > 2, \"R&D\" <3"), "1 &lt; 2 &amp; 3 &gt; 2, \"R&amp;D\" &lt;3");
        assert_eq!(clean_html("a <"), "a &lt;");
        assert_eq!(clean_html("a <b"), "a <b></b>");
        assert_eq!(clean_html("<b =\"x\" ==>a"), "<b>a</b>");
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for html in
            ["<p>a<p>b<div>c", "x & y &copy; &bogus", "<a href=https://x.test/?a&b>c", "<i><b>é\u{2028}", "&#x1f;\""]
        {
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
}
