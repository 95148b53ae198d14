//! A variant with its stock ledger: `GET /admin/stock/{variant_id}/`. A `POST` to the same path changes the stock.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::catalogue::limits::MAX_UNITS;
use shared::catalogue::variant_title;
use shared::http::{ApiError, Body, PathId, Request};
use shared::ids::VariantId;
use shared::stock::staff::{Changed, LedgerLine, StockRow, change, find, ledger};
use shared::stock::{AdjustmentReason, Change};
use shared::users::permissions::Stock;
use shared::users::store::Account;
use shared::users::{ActorId, ClientInfo, Permission, Permissions, Stamp};

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::{ListQuery, Rows};
use crate::same_origin::SameOrigin;
use crate::staff_page::RequiresOnPage;
use crate::stock_rules;

const COLUMNS: [(&str, &str); 6] =
    [("", "When"), ("number", "Change"), ("number", "On hand then"), ("", "Reason"), ("", "Order"), ("", "By")];

/// The changes that the form offers, each with its description.
const CHANGES: [(&str, &str); 5] = [
    ("received", "received: this many arrived"),
    ("written_off", "written off: this many are broken or lost"),
    ("returned", "returned: customers sent this many back"),
    ("corrected", "corrected: an earlier change was wrong by this many (with a minus sign to remove them)"),
    ("counted", "counted: this many are on hand"),
];

/// The fields of the form.
#[derive(Clone, Debug, Request)]
#[request(undocumented)]
pub(crate) struct StockForm {
    #[field(max = 20)]
    reason: String,
    #[field(min = -MAX_UNITS, max = MAX_UNITS)]
    units: i32,
    /// Number of units on hand that the page showed. Only a count needs it.
    #[field(min = 0, max = MAX_UNITS)]
    on_hand_seen: Option<i32>,
}

impl StockForm {
    /// Returns the change, or `None` if the fields are not valid together.
    fn change(&self) -> Option<Change> {
        let adjusted = |by, reason| Some(Change::Adjusted { by, reason });
        match (self.reason.as_str(), self.units) {
            ("counted", units @ 0..) => self.on_hand_seen.map(|seen| Change::Counted { units, seen }),
            ("received", units @ 1..) => Some(Change::Received(units)),
            ("written_off", units @ 1..) => adjusted(-units, AdjustmentReason::WrittenOff),
            ("returned", units @ 1..) => adjusted(units, AdjustmentReason::Returned),
            ("corrected", units) if units != 0 => adjusted(units, AdjustmentReason::Corrected),
            _ => None,
        }
    }
}

/// The notice and the form input that the page shows.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) notice: Option<Markup>,
    /// The form of a change of the stock that was refused.
    pub(crate) form: Option<StockForm>,
}

/// Returns the path of a variant's page.
pub(crate) fn variant_path(variant: VariantId) -> String {
    format!("/admin/stock/{variant}/")
}

/// Shows the page of a variant.
pub(crate) async fn get_variant(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Stock>,
    id: Result<PathId<VariantId>, ApiError>,
    OriginalUri(uri): OriginalUri,
    query: ListQuery,
) -> Result<Markup, PageError> {
    let PathId(id) = id?;
    let message = match uri.query() {
        Some("changed") => Some("The stock was changed."),
        Some("rules-set") => Some("The rules were saved."),
        _ => None,
    };
    let notice = message.map(|message| html! { p.message role="status" { (message) } });
    show(&app, &account, id, &query, Shown { notice, ..Shown::default() }).await
}

/// Changes the stock and redirects to the page. If the change is refused, the page says why.
pub(crate) async fn change_stock(
    State(app): State<App>,
    _: SameOrigin,
    RequiresOnPage(account, _): RequiresOnPage<Stock>,
    client_info: ClientInfo,
    id: Result<PathId<VariantId>, ApiError>,
    query: ListQuery,
    form: Result<Body<StockForm>, ApiError>,
) -> Result<Response, PageError> {
    let PathId(id) = id?;
    let form = match form {
        Ok(Body(form)) => Some(form),
        Err(ApiError::Invalid(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (status, message) = match form.as_ref().and_then(StockForm::change) {
        None => (
            StatusCode::BAD_REQUEST,
            format!(
                "Choose a reason and enter a whole number of units from 1 to {MAX_UNITS} (from 0 for a count, below 0 only for a \
                 correction)."
            ),
        ),
        Some(requested) => match apply(&app, &account, &client_info, id, requested).await? {
            Changed::To(_) => return Ok(Redirect::to(&format!("{}?changed", variant_path(id))).into_response()),
            Changed::NoSuchVariant => return Err(PageError::NotFound),
            Changed::Refused(refusal) => (StatusCode::CONFLICT, refusal.to_string()),
        },
    };
    let notice = Some(html! { p.message.bad role="alert" { (message) } });
    let page = show(&app, &account, id, &query, Shown { notice, form }).await?;
    Ok((status, page).into_response())
}

/// Changes the stock and records who did it.
async fn apply(
    app: &App,
    account: &Account,
    client_info: &ClientInfo,
    id: VariantId,
    requested: Change,
) -> Result<Changed, PageError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let changed = change(&mut tx, id, requested, Stamp { by: ActorId::Account(account.id), at: now }).await?;
    if let Changed::To(on_hand) = changed {
        let entry =
            AuditRecord::by_staff(Kind::StockChanged, account.id, None).with(audit_details(id, requested, on_hand));
        audit::store::record(&mut tx, entry, client_info, now).await?;
    }
    tx.commit().await?;
    if let Changed::To(on_hand) = changed {
        tracing::info!(variant_id = id.0, change = ?requested, on_hand, "stock changed by staff");
    }
    Ok(changed)
}

/// Returns the details of the change for the audit log.
fn audit_details(variant: VariantId, change: Change, on_hand: i32) -> serde_json::Value {
    let units = match change {
        Change::Received(units) | Change::Counted { units, .. } => units,
        Change::Adjusted { by, .. } => by,
    };
    json!({"variant_id": variant, "reason": change.reason().as_str(), "units": units, "on_hand": on_hand})
}

/// Renders the page of a variant.
pub(crate) async fn show(
    app: &App,
    account: &Account,
    id: VariantId,
    query: &ListQuery,
    shown: Shown,
) -> Result<Markup, PageError> {
    let bounds = query.bounds()?;
    let mut tx = app.db.read().await?;
    let variant = find(&mut tx, id, app.clock.now()).await?.ok_or(PageError::NotFound)?;
    let lines = ledger(&mut tx, id, bounds.after, bounds.limit).await?;
    tx.commit().await?;
    let lines = query.rows(lines, &bounds, |line| line.id);
    let title = variant_title(&variant.product_name, &variant.variant_name);
    Ok(page(Section::Stock, &title, account, &content(&variant, &lines, &shown, account.permissions)))
}

/// Renders the page, with links to orders and the form of the rules for users who may see and change them.
fn content(variant: &StockRow, lines: &Rows<LedgerLine>, shown: &Shown, permissions: Permissions) -> Markup {
    let has_links = permissions.has(Permission::Orders);
    html! {
        @if let Some(notice) = &shown.notice { (notice) }
        dl.facts {
            dt { "SKU" } dd { bdi { (variant.sku) } }
            dt { "On hand" } dd { strong { (variant.on_hand) } }
            @if variant.backordered > 0 { dt { "Backordered" } dd { (variant.backordered) } }
            dt { "Sold" } dd { (stock_rules::in_words(variant)) }
            @if !variant.is_for_sale { dt { "For sale" } dd { "no" } }
            dt { "Product" } dd { a href={ "/api/v1/catalogue/products/" (variant.product_id) "/" } { "JSON" } }
        }
        h2 { "Change stock" }
        (form(variant, shown.form.as_ref()))
        @if permissions.has(Permission::Catalogue) {
            h2 { "When too few are in stock" }
            (stock_rules::form(variant))
        }
        h2 { "Ledger" }
        (lines.table(&COLUMNS, "No changes yet.", |line| cells(line, has_links)))
    }
}

/// Renders the form with what was entered before, if it was refused. It sends back the stock that this page shows, so that a count does not
/// undo what is sold from now on.
fn form(variant: &StockRow, entered: Option<&StockForm>) -> Markup {
    html! {
        form.row method="post" action=(variant_path(variant.variant_id)) {
            input type="hidden" name="on_hand_seen" value=(variant.on_hand);
            label { "Units"
                input name="units" type="number" min=(-MAX_UNITS) max=(MAX_UNITS) step="1" required value=[entered.map(|form| form.units)];
            }
            label { "Reason" select name="reason" {
                @for (reason, description) in CHANGES {
                    option value=(reason) selected[entered.is_some_and(|form| form.reason == reason)] { (description) }
                }
            } }
            button { "Change" }
        }
    }
}

fn cells(line: &LedgerLine, has_links: bool) -> Markup {
    html! {
        td.when { (line.at.for_people()) }
        td.number { (format!("{:+}", line.change)) }
        td.number { (line.on_hand_after) }
        td { (line.reason.replace('_', " ")) }
        td { @match line.order_id {
            Some(order) if has_links => a href={ "/admin/orders/" (order) "/" } { "order" },
            Some(_) => "order",
            None => {}
        } }
        td { @if let Some(actor) = &line.actor { bdi { (actor) } } }
    }
}
