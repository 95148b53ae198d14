//! `GET /`: links to the parts of the shop.

use std::sync::Arc;

use aws_emulation::page::page;
use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use super::accounts::ACCOUNTS;

/// Parts of the shop in the terminal and on the start page: name and path.
pub(super) const PLACES: [(&str, &str); 4] =
    [("API", ""), ("Docs", "/api/docs/"), ("Mail", "/dev/mail/"), ("Admin", "/admin/")];

/// Serves the page.
pub(super) fn router(url: &str) -> Router {
    let url: Arc<str> = url.into();
    Router::new().route("/", get(async move || start(&url)))
}

fn start(url: &str) -> Markup {
    page(
        "The shop is up",
        html! {
            p.quiet { "Everything runs in one process on this machine. Mail is not sent; it is kept and shown here." }
            table {
                tr { th { "Products" } td { a href="/api/v1/catalogue/products/" { (url) "/api/v1/catalogue/products/" } } }
                @for (name, path) in PLACES.iter().skip(1) {
                    tr { th { (name) } td { a href=(path) { (url) (path) } } }
                }
                @for account in ACCOUNTS {
                    tr { th { (account.title) } td { code { (account.email) } " with password " code { (account.password) } } }
                }
            }
        },
    )
}
