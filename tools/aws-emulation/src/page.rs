//! Layout of the HTML pages of `cargo dev`.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; --quiet: #6b7280; --line: #8883; --accent: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --accent: #7aa2ff; --quiet: #9ca3af; } }
body { max-width: 56rem; margin: 3rem auto; padding: 0 1.5rem; font: 16px/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
.quiet { color: var(--quiet); } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .5rem 1rem .5rem 0; border-top: 1px solid var(--line); vertical-align: top; font-weight: normal; }
iframe { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: .5rem; background: #fff; resize: vertical; }
pre, code { font: 14px/1.5 ui-monospace, monospace; } pre { white-space: pre-wrap; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
";

/// Renders a page with this title and content.
pub fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · cargo dev" }
                style { (PreEscaped(STYLE)) }
            }
            body { h1 { (title) } (content) }
        }
    }
}
