//! Tests of how descriptions are cleaned.

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
