//! The layout of every mail, and the plain letter: a heading, some sentences and perhaps a link.
//!
//! The mail sets no colours, only grey borders, so that it is readable in light and dark mail clients. It loads nothing, so nobody learns
//! whether it was read.

use maud::{DOCTYPE, Markup, html};
use shared::mail::Mail;

const PAGE: &str = "margin:0 auto;max-width:36rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif";
const HEADING: &str = "font-size:24px;margin:0 0 1rem";
const BUTTON: &str = "display:inline-block;padding:.6rem 1.2rem;border:1px solid #888;border-radius:.4rem;color:inherit;\
                      text-decoration:none";
/// Style of secondary text.
pub(crate) const SMALL: &str = "font-size:14px;opacity:.75";

/// A letter from top to bottom.
pub(crate) struct Letter<'a> {
    /// Heading in one line, without a full stop. It is also the subject, after the shop's name.
    pub heading: &'a str,
    /// Sentences before the link.
    pub sentences: Vec<String>,
    /// Label and URL of the link.
    pub link: Option<(&'a str, String)>,
    /// Sentences after the link.
    pub after: Vec<String>,
}

impl Letter<'_> {
    /// Returns the letter as a mail about an event of this kind.
    pub(crate) fn mail(&self, to: &str, kind: &'static str, shop: &str) -> Mail {
        let shop = one_line(shop);
        Mail {
            to: to.to_owned(),
            subject: format!("{shop}: {}", self.heading),
            text: self.text(&shop),
            html: self.html(&shop).into_string(),
            tags: vec![("kind", kind.to_owned())],
        }
    }

    fn text(&self, shop: &str) -> String {
        let link = self.link.iter().map(|(label, url)| format!("{label}:\n{url}"));
        let blocks = [format!("{}.", self.heading)]
            .into_iter()
            .chain(self.sentences.iter().cloned())
            .chain(link)
            .chain(self.after.iter().cloned())
            .chain([shop.to_owned()]);
        blocks.collect::<Vec<_>>().join("\n\n") + "\n"
    }

    fn html(&self, shop: &str) -> Markup {
        document(
            &format!("{shop}: {}", self.heading),
            &html! {
                (heading(&format!("{}.", self.heading)))
                @for sentence in &self.sentences { p { (sentence) } }
                @if let Some((label, url)) = &self.link { p { a href=(url) style=(BUTTON) { (label) } } }
                @for sentence in &self.after { p { (sentence) } }
                p style=(SMALL) { (shop) }
            },
        )
    }
}

/// Renders the heading of a mail.
pub(crate) fn heading(text: &str) -> Markup {
    html! { h1 style=(HEADING) { (text) } }
}

/// Renders a complete HTML document with this content.
pub(crate) fn document(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (title) }
            }
            body style="margin:0" { div style=(PAGE) { (content) } }
        }
    }
}

/// Replaces line breaks. Names come from people, and a line break in one would begin a new line or a header.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
