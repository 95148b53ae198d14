//! The layout of every mail, and the plain letter: a heading, some sentences and perhaps a link.
//!
//! The mail sets no colours, only grey borders, so that it is readable in light and dark mail clients. It loads nothing, so nobody learns
//! whether it was read.

use maud::{DOCTYPE, Markup, html};
use shared::locale::{Texts, one_line};
use shared::mail::Mail;
use shared::time::Timestamp;

const PAGE: &str = "margin:0 auto;max-width:36rem;padding:1.5rem;font:16px/1.5 system-ui,sans-serif";
const HEADING: &str = "font-size:24px;margin:0 0 1rem";
const BUTTON: &str = "display:inline-block;padding:.6rem 1.2rem;border:1px solid #888;border-radius:.4rem;color:inherit;\
                      text-decoration:none";
/// Style of secondary text.
pub(crate) const SMALL: &str = "font-size:14px;opacity:.75";

/// A letter from top to bottom.
pub(crate) struct Letter {
    /// Heading in one line, without a full stop. It is also the subject, after the shop's name.
    pub heading: String,
    /// Sentences before the link.
    pub sentences: Vec<String>,
    /// Label and URL of the link.
    pub link: Option<(String, String)>,
    /// Sentences after the link.
    pub after: Vec<String>,
}

impl Letter {
    /// Returns the letter whose texts are in this message of the locale file: what happened, and what to do if it was unexpected.
    pub(crate) fn notice(message: &str, texts: &Texts) -> Self {
        let text = |name| texts.text(&format!("{message}.{name}"));
        Self { heading: text("heading"), sentences: vec![text("text")], link: None, after: vec![text("otherwise")] }
    }

    /// Returns the letter with a secret link, valid until this time, whose texts are in this message of the locale file.
    pub(crate) fn with_link(message: &str, url: String, until: Timestamp, texts: &Texts) -> Self {
        let text = |name| texts.text(&format!("{message}.{name}"));
        Self {
            link: Some((text("link"), url)),
            after: vec![texts.text_with("link.validity", &[("time", &texts.time(until))]), text("otherwise")],
            ..Self::notice(message, texts)
        }
    }

    /// Returns the letter as a mail in this language about an event of this kind.
    pub(crate) fn mail(&self, to: &str, kind: &'static str, shop: &str, texts: &Texts) -> Mail {
        let shop = one_line(shop);
        Mail {
            to: to.to_owned(),
            subject: format!("{shop}: {}", self.heading),
            text: self.text(&shop),
            html: self.html(&shop, texts).into_string(),
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

    fn html(&self, shop: &str, texts: &Texts) -> Markup {
        document(
            texts,
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

/// Renders a complete HTML document with this content, in the language of the texts.
pub(crate) fn document(texts: &Texts, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(texts.locale().as_str()) {
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
