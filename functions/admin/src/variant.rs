//! A variant with its stock ledger: `GET /admin/stock/{variant_id}/`. A `POST` to the same path changes the stock.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, PathId, Request};
use shared::ids::VariantId;
use shared::locale::isolated;
use shared::stock::staff::{Change, Changed, LedgerLine, StockRow, change, find, ledger};
use shared::users::permissions::Stock;
use shared::users::store::Account;
use shared::users::{ClientInfo, Permission};

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::{ListQuery, Rows};
use crate::same_origin::SameOrigin;
use crate::staff_page::RequiresOnPage;

/// Maximum number of units in one change. A larger number is a typing error.
const MAX_UNITS: i32 = 1_000_000;

const COLUMNS: [(&str, &str); 5] =
    [("", "When"), ("number", "Change"), ("number", "On hand then"), ("", "Reason"), ("", "Order")];

/// The fields of the form.
#[derive(Clone, Debug, Request)]
#[request(undocumented)]
pub(crate) struct StockForm {
    #[field(max = 20)]
    reason: String,
    #[field(min = 0, max = MAX_UNITS)]
    units: i32,
}

impl StockForm {
    /// Returns the change, or `None` if the fields are not valid together.
    fn change(&self) -> Option<Change> {
        match (self.reason.as_str(), self.units) {
            ("counted", units) => Some(Change::Counted(units)),
            ("received", units @ 1..) => Some(Change::Received(units)),
            ("written_off", units @ 1..) => Some(Change::WrittenOff(units)),
            _ => None,
        }
    }
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
    let notice =
        (uri.query() == Some("changed")).then(|| html! { p.message role="status" { "The stock was changed." } });
    show(&app, &account, id, &query, notice).await
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
    let requested = match form {
        Ok(Body(form)) => form.change(),
        Err(ApiError::Invalid(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (status, message) = match requested {
        Some(requested) => {
            let mut tx = app.db.begin().await?;
            let now = app.clock.now();
            match change(&mut tx, id, requested, now).await? {
                Changed::To(on_hand) => {
                    let entry = AuditRecord::by_staff(Kind::StockChanged, account.id, None)
                        .with(audit_details(id, requested, on_hand));
                    audit::store::record(&mut tx, entry, &client_info, now).await?;
                    tx.commit().await?;
                    tracing::info!(variant_id = id.0, change = ?requested, on_hand, "stock changed by staff");
                    return Ok(Redirect::to(&format!("{}?changed", variant_path(id))).into_response());
                }
                Changed::NoSuchVariant => return Err(PageError::NotFound),
                Changed::BelowZero => {
                    (StatusCode::CONFLICT, "The stock cannot become negative. Fewer units are on hand.")
                }
                Changed::TooMany => (StatusCode::CONFLICT, "The stock would become too large."),
            }
        }
        None => (
            StatusCode::BAD_REQUEST,
            "Choose a reason and enter a whole number of units from 1 to 1000000 (from 0 for a count).",
        ),
    };
    let notice = html! { p.message.bad role="alert" { (message) } };
    let page = show(&app, &account, id, &query, Some(notice)).await?;
    Ok((status, page).into_response())
}

/// Returns the details of the change for the audit log.
fn audit_details(variant: VariantId, change: Change, on_hand: i32) -> serde_json::Value {
    let (reason, units) = match change {
        Change::Received(units) => ("received", units),
        Change::WrittenOff(units) => ("written_off", units),
        Change::Counted(units) => ("counted", units),
    };
    json!({"variant_id": variant, "reason": reason, "units": units, "on_hand": on_hand})
}

async fn show(
    app: &App,
    account: &Account,
    id: VariantId,
    query: &ListQuery,
    notice: Option<Markup>,
) -> Result<Markup, PageError> {
    let bounds = query.bounds()?;
    let mut tx = app.db.read().await?;
    let variant = find(&mut tx, id).await?.ok_or(PageError::NotFound)?;
    let lines = ledger(&mut tx, id, bounds.after, bounds.limit).await?;
    tx.commit().await?;
    let lines = query.rows(lines, &bounds, |line| line.id);
    let title = title(&variant);
    let has_links = account.permissions.has(Permission::Orders);
    Ok(page(Section::Stock, &title, account, &content(&variant, &lines, notice, has_links)))
}

/// Returns the names of product and variant; the only variant of a product without options has none.
fn title(variant: &StockRow) -> String {
    let product = isolated(&variant.product_name);
    if variant.variant_name.is_empty() {
        return product.into_owned();
    }
    format!("{product} · {}", isolated(&variant.variant_name))
}

/// Renders the page, with links to orders for users who may see them.
fn content(variant: &StockRow, lines: &Rows<LedgerLine>, notice: Option<Markup>, has_links: bool) -> Markup {
    html! {
        @if let Some(notice) = notice { (notice) }
        dl.facts {
            dt { "SKU" } dd { bdi { (variant.sku) } }
            dt { "On hand" } dd { strong { (variant.on_hand) } }
            dt { "Product" } dd { a href={ "/api/v1/catalogue/products/" (variant.product_id) "/" } { "JSON" } }
        }
        h2 { "Change stock" }
        form.row method="post" action=(variant_path(variant.variant_id)) {
            label { "Units" input name="units" type="number" min="0" max=(MAX_UNITS) step="1" required; }
            label { "Reason" select name="reason" {
                option value="received" { "received: this many arrived" }
                option value="written_off" { "written off: this many are broken or lost" }
                option value="counted" { "counted: this many are on hand" }
            } }
            button { "Change" }
        }
        h2 { "Ledger" }
        (lines.table(&COLUMNS, "No changes yet.", |line| cells(line, has_links)))
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
    }
}
