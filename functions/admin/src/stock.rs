//! The stock of every variant by SKU: `GET /admin/stock/`.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::stock::staff::{StockRow, list};
use shared::users::permissions::Stock;

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::ListQuery;
use crate::staff_page::RequiresOnPage;
use crate::variant::variant_path;

const COLUMNS: [(&str, &str); 5] =
    [("", "SKU"), ("", "Product"), ("", "Variant"), ("number", "On hand"), ("number", "Backordered")];

/// Shows the list of variants.
pub(crate) async fn list_stock(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Stock>,
    query: ListQuery,
) -> Result<Markup, PageError> {
    let bounds = query.bounds::<String>()?;
    let mut tx = app.db.read().await?;
    let variants =
        list(&mut tx, query.search.as_deref(), bounds.after.as_deref(), bounds.limit, app.clock.now()).await?;
    tx.commit().await?;
    let rows = query.rows(variants, &bounds, |variant| variant.sku.clone());
    let content = html! {
        (query.search_form("Product name or SKU"))
        (rows.table(&COLUMNS, "No variants found.", cells))
    };
    Ok(page(Section::Stock, "Stock", &account, &content))
}

fn cells(variant: &StockRow) -> Markup {
    html! {
        td { a href=(variant_path(variant.variant_id)) { bdi { (variant.sku) } } }
        td { bdi { (variant.product_name) } }
        td { bdi { (variant.variant_name) } @if !variant.is_for_sale { " " span.quiet { "not for sale" } } }
        td.number {
            @if variant.is_sold_out() { span.tag.bad { (variant.on_hand) } } @else { (variant.on_hand) }
            @if !variant.track_inventory { " " span.quiet { "untracked" } }
        }
        td.number { @if variant.backordered > 0 { (variant.backordered) } }
    }
}
