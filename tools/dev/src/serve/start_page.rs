//! `GET /`: where things are.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use super::accounts::READY;
use super::page::page;

/// What there is, as the terminal and the start page say it: a name and a path.
pub(super) const PLACES: [(&str, &str); 4] =
    [("API", ""), ("Docs", "/api/docs/"), ("Mail", "/dev/mail/"), ("Admin", "/admin/")];

/// The page itself.
pub(super) fn router(url: &str) -> Router {
    let url: Arc<str> = url.into();
    Router::new().route("/", get(async move || start(&url)))
}

fn start(url: &str) -> Markup {
    page(
        "The shop is up",
        html! {
            p.quiet { "Everything runs in one process on this machine. Mail that would be sent is kept and shown here." }
            table {
                tr { th { "Products" } td { a href="/api/v1/catalogue/products/" { (url) "/api/v1/catalogue/products/" } } }
                @for (name, path) in PLACES.iter().skip(1) {
                    tr { th { (name) } td { a href=(path) { (url) (path) } } }
                }
                @for account in READY {
                    tr { th { (account.title) } td { code { (account.email) } " with password " code { (account.password) } } }
                }
            }
        },
    )
}
