//! The audit log, newest first, searchable by kind and by the address of who acted: `GET /admin/audit/`.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::audit::staff::{AuditRow, AuditSearch, list};
use shared::users::permissions::Settings;

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::ListQuery;
use crate::staff_page::RequiresOnPage;

const COLUMNS: [(&str, &str); 6] =
    [("", "When"), ("", "What"), ("", "By"), ("", "Account"), ("", "Details"), ("", "Network address")];

/// Shows the audit log.
pub(crate) async fn list_audit(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Settings>,
    query: ListQuery,
) -> Result<Markup, PageError> {
    let bounds = query.bounds()?;
    let mut tx = app.db.read().await?;
    let records = list(&mut tx, search(query.search.as_deref()), bounds.after, bounds.limit).await?;
    tx.commit().await?;
    let rows = query.rows(records, &bounds, |record| record.id);
    let content = html! {
        (query.search_form("What, such as product_changed, or the email address of who did it"))
        (rows.table(&COLUMNS, "No records found.", cells))
    };
    Ok(page(Section::Audit, "Audit log", &account, &content))
}

fn search(text: Option<&str>) -> AuditSearch<'_> {
    match text {
        None => AuditSearch::Any,
        Some(text) if text.contains('@') => AuditSearch::Actor(text),
        Some(text) => AuditSearch::Kind(text),
    }
}

fn cells(record: &AuditRow) -> Markup {
    let has_details = record.details.as_object().is_some_and(|details| !details.is_empty());
    html! {
        td.when { (record.at.for_people()) }
        td { code { (record.kind) } }
        td { @if let Some(actor) = &record.actor { bdi { (actor) } } }
        td { @if let Some(about) = &record.about { bdi { (about) } } }
        td { @if has_details { code { (record.details) } } }
        td { @if let Some(address) = &record.address { (address) } }
    }
}
