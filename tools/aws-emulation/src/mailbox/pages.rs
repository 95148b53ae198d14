//! `GET /dev/mail/` and `GET /dev/mail/{id}/`: the mail as pages and, with `?format=json`, as JSON.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Mailbox, StoredMail};
use crate::page::page;

const PAGE_SIZE: usize = 50;

/// Serves the mailbox's pages.
pub fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/", get(list))
        .route("/dev/mail/{id}", get(show))
        .route("/dev/mail/{id}/", get(show))
        .with_state(mailbox)
}

#[derive(Deserialize)]
struct MailQuery {
    page: Option<usize>,
    format: Option<String>,
}

/// An error whose text is shown: the reader is the developer.
struct PageError(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}\n", self.0)).into_response()
    }
}

async fn list(State(mailbox): State<Arc<Mailbox>>, Query(query): Query<MailQuery>) -> Result<Response, PageError> {
    let number = query.page.unwrap_or(1).max(1);
    let ids = mailbox.ids()?;
    let on_page = ids.iter().skip((number - 1).saturating_mul(PAGE_SIZE)).take(PAGE_SIZE);
    let mails: Vec<StoredMail> = on_page.filter_map(|id| mailbox.read(*id).transpose()).collect::<Result<_, _>>()?;
    let more = number.saturating_mul(PAGE_SIZE) < ids.len();
    if query.format.as_deref() == Some("json") {
        let next = more.then(|| format!("{}/dev/mail/?format=json&page={}", mailbox.url, number + 1));
        return Ok(Json(json!({"count": ids.len(), "next": next, "results": mails})).into_response());
    }
    Ok(list_page(&mails, ids.len(), number, more).into_response())
}

async fn show(
    State(mailbox): State<Arc<Mailbox>>,
    Path(id): Path<String>,
    Query(query): Query<MailQuery>,
) -> Result<Response, PageError> {
    let mail = match id.parse::<Uuid>() {
        Ok(id) => mailbox.read(id)?,
        Err(_) => None,
    };
    Ok(match mail {
        None => {
            (StatusCode::NOT_FOUND, page("Mail not found", html! { p { "This mail does not exist." } })).into_response()
        }
        Some(mail) if query.format.as_deref() == Some("json") => Json(mail).into_response(),
        Some(mail) => mail_page(&mail).into_response(),
    })
}

fn list_page(mails: &[StoredMail], count: usize, number: usize, more: bool) -> Markup {
    page(
        "Mail",
        html! {
            @if count == 0 {
                p.quiet { "No mail yet. Place an order to receive its confirmation here." }
            } @else {
                p.quiet { (count) @if count == 1 { " mail" } @else { " mails" } ", newest first" }
            }
            table {
                @for mail in mails {
                    tr {
                        td { a href={ "/dev/mail/" (mail.id.simple()) "/" } { (mail.subject) } }
                        td { (mail.to) }
                        td.quiet { (mail.sent_at.for_people()) }
                    }
                }
            }
            p {
                @if number > 1 { a href={ "/dev/mail/?page=" (number - 1) } { "Newer" } " " }
                @if more { a href={ "/dev/mail/?page=" (number + 1) } { "Older" } }
            }
        },
    )
}

fn mail_page(mail: &StoredMail) -> Markup {
    // The frame runs no scripts and cannot reach this page; links open in a new tab.
    let document = format!("<base target=\"_blank\">{}", mail.html);
    page(
        &mail.subject,
        html! {
            p.quiet { "To " (mail.to) ", " (mail.sent_at.for_people()) " · " a href="/dev/mail/" { "all mail" } }
            iframe title="Mail" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc=(document) {}
            h2 { "Plain text" }
            pre { (mail.text) }
        },
    )
}
