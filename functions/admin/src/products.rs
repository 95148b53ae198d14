//! All products with drafts, newest first: `GET /admin/products/`. Read-only; the API changes products.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::catalogue::staff::{ProductRow, list};
use shared::users::permissions::Catalogue;

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::ListQuery;
use crate::staff_page::RequiresOnPage;

const COLUMNS: [(&str, &str); 6] =
    [("", "Product"), ("", "Status"), ("number", "Variants"), ("number", "Price"), ("", "Available"), ("", "API")];

/// Shows the list of products.
pub(crate) async fn list_products(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Catalogue>,
    query: ListQuery,
) -> Result<Markup, PageError> {
    let bounds = query.bounds()?;
    let mut tx = app.db.read().await?;
    let products = list(&mut tx, query.search.as_deref(), bounds.after, bounds.limit).await?;
    tx.commit().await?;
    let rows = query.rows(products, &bounds, |product| product.id);
    let content = html! {
        (query.search_form("Product name or SKU"))
        (rows.table(&COLUMNS, "No products found.", cells))
    };
    Ok(page(Section::Products, "Products", &account, &content))
}

fn cells(product: &ProductRow) -> Markup {
    html! {
        td { bdi { (product.name) } @if let Some(sku) = &product.sku { " " bdi.quiet { (sku) } } }
        td { span.tag.good[product.status == "active"] { (product.status) } }
        td.number { (product.variants) }
        td.number {
            (product.currency.amount(product.price_min))
            @if product.price_max != product.price_min { "–" (product.currency.amount(product.price_max)) } " " (product.currency)
        }
        td { @if product.is_available { "yes" } @else { span.tag.bad { "no" } } }
        td { a href={ "/api/v1/catalogue/products/" (product.id) "/" } { "JSON" } }
    }
}
