//! The layout that all pages share.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use maud::{DOCTYPE, Markup, html};
use shared::http::FieldErrors;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Puts the content into a page.
pub(super) fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href="/auth/pages/style.css";
                // Without it, browsers request /favicon.ico.
                link rel="icon" href="data:,";
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

/// Returns a page with one message.
pub(super) fn message(title: &str, words: &str) -> Markup {
    page(title, &html! { p { (words) } })
}

/// A field of a form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// `type` of the `input`.
    pub(super) input_type: &'static str,
    /// `autocomplete` of the `input`.
    pub(super) autocomplete: &'static str,
}

/// Returns a page with a form. The form is sent to the URL of the page.
pub(super) fn form(title: &str, words: &str, fields: &[Field], button: &str, errors: &FieldErrors) -> Markup {
    page(
        title,
        &html! {
            p { (words) }
            @for problem in errors.of("non_field_errors") { p.bad role="alert" { (problem) } }
            form method="post" {
                @for field in fields { (input(field, errors.of(field.name))) }
                button { (button) }
            }
        },
    )
}

fn input(field: &Field, problems: &[String]) -> Markup {
    let problem_id = (!problems.is_empty()).then(|| format!("{}-problem", field.name));
    html! {
        label for=(field.name) { (field.label) }
        input id=(field.name) name=(field.name) type=(field.input_type) autocomplete=(field.autocomplete) required
            aria-invalid=[problem_id.as_ref().map(|_| "true")] aria-describedby=[problem_id.as_ref()];
        @if let Some(id) = &problem_id {
            div.bad id=(id) { @for problem in problems { p { (problem) } } }
        }
    }
}

/// Returns the stylesheet of the pages.
pub(super) async fn get_style() -> Response {
    // Cached for a short time, because its name stays the same when a deployment changes it.
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=300")];
    (headers, include_str!("style.css")).into_response()
}

/// Sets the policy of pages, which differs from that of other responses.
pub(super) async fn set_page_headers(mut response: Response) -> Response {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
