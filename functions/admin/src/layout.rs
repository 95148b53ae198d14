//! The layout of every page.

use axum::response::Response;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use maud::{DOCTYPE, Markup, html};
use shared::users::Permission;
use shared::users::store::Account;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A section in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Orders,
    Stock,
    Products,
    Audit,
}

/// The sections with their path, their name and the permission that opens them.
const SECTIONS: [(Section, &str, &str, Option<Permission>); 5] = [
    (Section::Overview, "/admin/", "Overview", None),
    (Section::Orders, "/admin/orders/", "Orders", Some(Permission::Orders)),
    (Section::Stock, "/admin/stock/", "Stock", Some(Permission::Stock)),
    (Section::Products, "/admin/products/", "Products", Some(Permission::Catalogue)),
    (Section::Audit, "/admin/audit/", "Audit log", Some(Permission::Settings)),
];

/// Renders a page for a user who is signed in.
pub(crate) fn page(section: Section, title: &str, account: &Account, content: &Markup) -> Markup {
    let open = SECTIONS.iter().filter(|(_, _, _, needed)| needed.is_none_or(|needed| account.permissions.has(needed)));
    let header = html! {
        header {
            div {
                nav aria-label="Sections" {
                    @for (this, path, name, _) in open {
                        a href=(path) aria-current=[(*this == section).then_some("page")] { (name) }
                    }
                }
                form.who method="post" action="/admin/sign-out/" {
                    span { (account.email) }
                    button.plain { "Sign out" }
                }
            }
        }
    };
    document(title, &header, &html! { h1 { (title) } (content) })
}

/// Renders a page for anyone: the sign-in form and errors.
pub(crate) fn bare_page(title: &str, content: &Markup) -> Markup {
    document(title, &html! {}, &html! { div.narrow { div.card { h1 { (title) } (content) } } })
}

fn document(title: &str, header: &Markup, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Shop" }
                link rel="stylesheet" href="/admin/style.css";
                // Without it, browsers request /favicon.ico.
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#content" { "Skip to content" }
                (header)
                main #content tabindex="-1" { (content) }
            }
        }
    }
}

/// Sets the headers in which pages differ from other responses: their own policy, and a referrer within the site, because a form's origin
/// tells forms of other sites apart.
pub(crate) async fn set_page_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
